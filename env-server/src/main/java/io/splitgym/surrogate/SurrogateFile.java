package io.splitgym.surrogate;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Surrogates as safetensors files: the network's weights and the constants of its features as
 * float32 tensors, everything else in the metadata.
 */
public final class SurrogateFile {
  private static final String FORMAT = "splitgym-surrogate";
  private static final String VERSION = "1";
  private static final String CHANNEL_PREFIX = "channel.";

  private SurrogateFile() {}

  /** The file's bytes; the same surrogate always gives the same. */
  public static byte[] write(SurrogateModel model) {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("format", FORMAT);
    metadata.put("version", VERSION);
    metadata.put("features", SurrogateFeatures.DESCRIPTION);
    metadata.put("target", "expected ln PPL in nats");
    SurrogateProvenance provenance = model.provenance();
    metadata.put("model", provenance.model());
    metadata.put("modelHash", provenance.modelHash());
    metadata.put("layers", Integer.toString(provenance.layers()));
    metadata.put("corpus", provenance.corpus());
    metadata.put("corpusHash", provenance.corpusHash());
    metadata.put("windows", provenance.windows());
    metadata.put("precision", provenance.precision());
    metadata.put("channel", provenance.channel().name());
    provenance
        .channel()
        .parameters()
        .forEach((name, value) -> metadata.put(CHANNEL_PREFIX + name, value));
    metadata.put("cleanLogPerplexity", ShortestDecimal.of(provenance.cleanLogPerplexity()));
    metadata.put("dataHash", provenance.dataHash());
    metadata.put("seed", Long.toString(provenance.seed()));
    metadata.put("errors", provenance.errors());
    SurrogateDomain domain = model.domain();
    metadata.put("domain.sigma", range(domain.ranges().sigma()));
    metadata.put("domain.m", range(domain.ranges().m()));
    metadata.put("domain.p", domain.leastSplit() + " " + domain.greatestSplit());

    SortedMap<String, Tensor> tensors = new TreeMap<>();
    tensors.put(
        "features.mean", new Tensor(List.of(SurrogateFeatures.COUNT), model.features().means()));
    tensors.put(
        "features.deviation",
        new Tensor(List.of(SurrogateFeatures.COUNT), model.features().deviations()));
    tensors.put("target.mean", new Tensor(List.of(1), new float[] {model.targetMean()}));
    tensors.put("target.deviation", new Tensor(List.of(1), new float[] {model.targetDeviation()}));
    List<Perceptron.Layer> layers = model.network().layers();
    for (int i = 0; i < layers.size(); i++) {
      Perceptron.Layer layer = layers.get(i);
      tensors.put(
          weights(i), new Tensor(List.of(layer.outputs(), layer.inputs()), layer.weights()));
      tensors.put(biases(i), new Tensor(List.of(layer.outputs()), layer.biases()));
    }
    return new SafetensorsFile(metadata, tensors).write();
  }

  /**
   * Reads a surrogate.
   *
   * @throws MalformedCheckpointException if the bytes are no safetensors file, or not one of a
   *     surrogate; the message names what is wrong
   */
  public static SurrogateModel read(byte[] bytes) throws MalformedCheckpointException {
    SafetensorsFile file = SafetensorsFile.read(bytes);
    try {
      return read(file);
    } catch (InvalidValueException e) {
      throw new MalformedCheckpointException("not a surrogate: " + e.getMessage());
    }
  }

  private static SurrogateModel read(SafetensorsFile file) {
    Map<String, String> metadata = file.metadata();
    require(metadata, "format", FORMAT);
    require(metadata, "version", VERSION);
    require(metadata, "features", SurrogateFeatures.DESCRIPTION);
    Map<String, String> parameters = new TreeMap<>();
    metadata.forEach(
        (name, value) -> {
          if (name.startsWith(CHANNEL_PREFIX)) {
            parameters.put(name.substring(CHANNEL_PREFIX.length()), value);
          }
        });
    SurrogateProvenance provenance =
        new SurrogateProvenance(
            text(metadata, "model"),
            text(metadata, "modelHash"),
            parse(metadata, "layers", Integer::valueOf),
            text(metadata, "corpus"),
            text(metadata, "corpusHash"),
            text(metadata, "windows"),
            text(metadata, "precision"),
            Channel.of(text(metadata, "channel"), parameters),
            parse(metadata, "cleanLogPerplexity", Double::valueOf),
            text(metadata, "dataHash"),
            parse(metadata, "seed", Long::valueOf),
            text(metadata, "errors"));
    Range splits = parse(metadata, "domain.p", SurrogateFile::range);
    SurrogateDomain domain =
        new SurrogateDomain(
            new ChannelRanges(
                parse(metadata, "domain.sigma", SurrogateFile::range),
                parse(metadata, "domain.m", SurrogateFile::range)),
            (int) splits.low(),
            (int) splits.high());
    List<Perceptron.Layer> layers = new ArrayList<>();
    while (file.tensors().containsKey(weights(layers.size()))) {
      Tensor weights = tensor(file, weights(layers.size()), 2);
      Tensor biases = tensor(file, biases(layers.size()), 1);
      layers.add(new Perceptron.Layer(weights.shape().get(1), weights.values(), biases.values()));
    }
    int expected = 2 * layers.size() + 4;
    if (file.tensors().size() != expected) {
      throw new InvalidValueException(
          "tensors", file.tensors().keySet(), expected + " for " + layers.size() + " layers");
    }
    return new SurrogateModel(
        provenance,
        domain,
        new SurrogateFeatures(
            tensor(file, "features.mean", 1).values(),
            tensor(file, "features.deviation", 1).values()),
        new Perceptron(layers),
        single(file, "target.mean"),
        single(file, "target.deviation"));
  }

  private static String weights(int layer) {
    return "layers." + layer + ".weight";
  }

  private static String biases(int layer) {
    return "layers." + layer + ".bias";
  }

  private static float single(SafetensorsFile file, String name) {
    float[] values = tensor(file, name, 1).values();
    if (values.length != 1) {
      throw new InvalidValueException(name, values.length + " values", "1 value");
    }
    return values[0];
  }

  private static Tensor tensor(SafetensorsFile file, String name, int dimensions) {
    @Nullable Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new InvalidValueException("tensor " + name, "missing", "there");
    }
    if (tensor.shape().size() != dimensions) {
      throw new InvalidValueException(
          "shape of " + name, tensor.shape(), "of " + dimensions + " dimensions");
    }
    return tensor;
  }

  private static String range(Range range) {
    return ShortestDecimal.of(range.low()) + " " + ShortestDecimal.of(range.high());
  }

  private static Range range(String text) {
    String[] ends = text.split(" ", -1);
    if (ends.length != 2) {
      throw new NumberFormatException(text);
    }
    return new Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1]));
  }

  private static void require(Map<String, String> metadata, String name, String expected) {
    String found = text(metadata, name);
    if (!found.equals(expected)) {
      throw new InvalidValueException(name, found, expected);
    }
  }

  private static String text(Map<String, String> metadata, String name) {
    @Nullable String value = metadata.get(name);
    if (value == null) {
      throw new InvalidValueException(name, "missing from the metadata", "there");
    }
    return value;
  }

  private static <T> T parse(
      Map<String, String> metadata, String name, Function<String, T> parser) {
    String text = text(metadata, name);
    try {
      return parser.apply(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "numbers");
    }
  }
}
