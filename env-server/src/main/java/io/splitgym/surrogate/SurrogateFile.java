package io.splitgym.surrogate;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.checkpoint.hub.Sha256;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Surrogates as safetensors files, of networks fitted here or elsewhere.
 *
 * <p>Tensors, float32: {@code layers.I.weight} [outputs, inputs] and {@code layers.I.bias}
 * [outputs] for each fully connected layer I from 0, with rectified linear units between them and
 * one output; {@code features.mean} and {@code features.deviation} [inputs], {@code target.mean}
 * and {@code target.deviation} [1], which standardise, and are 0 and 1 where they are left out.
 *
 * <p>Metadata, all strings: {@code format} is {@code splitgym-surrogate}, {@code version} 1; {@code
 * features} is {@code sigma, p}, {@code sigma, m, p} or {@code ln(sigma + 0.01), ln(m), ln(p)};
 * {@code target} is {@code expected ln PPL in nats} or {@code first term of the reward}; {@code
 * layers} is the LLM's number L; {@code domain.sigma}, {@code domain.m} and {@code domain.p} are
 * two numbers each, between which it may be asked; {@code channel} is {@code erasure} (with {@code
 * channel.packetElements}) or {@code fading-awgn} (with its parameters); {@code cleanLogPerplexity}
 * is needed with ln PPL. Where it comes from may be left out: {@code model}, {@code modelHash},
 * {@code corpus}, {@code corpusHash}, {@code windows}, {@code precision}, {@code dataHash}, {@code
 * seed}, {@code errors}.
 */
public final class SurrogateFile {
  private static final String FORMAT = "splitgym-surrogate";
  private static final String VERSION = "1";
  private static final String CHANNEL_PREFIX = "channel.";
  private static final List<String> CONSTANTS =
      List.of("features.mean", "features.deviation", "target.mean", "target.deviation");

  private SurrogateFile() {}

  /** The file's bytes; the same surrogate always gives the same. */
  public static byte[] write(SurrogateModel model) {
    SortedMap<String, String> metadata = new TreeMap<>();
    metadata.put("format", FORMAT);
    metadata.put("version", VERSION);
    metadata.put("features", model.features().form().text());
    metadata.put("target", model.target().text());
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
    tensors.put("features.mean", vector(model.features().means()));
    tensors.put("features.deviation", vector(model.features().deviations()));
    tensors.put("target.mean", vector(model.targetMean()));
    tensors.put("target.deviation", vector(model.targetDeviation()));
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
   * What tells one surrogate from another: SHA-256 of the bytes that {@link #write} gives, in
   * hexadecimal. A file that was written so has it as its own.
   */
  public static String fingerprint(SurrogateModel model) {
    return Sha256.of(write(model)).hex();
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
    SurrogateFeatures.Form form = SurrogateFeatures.Form.ofText(text(metadata, "features"));
    SurrogateTarget target = SurrogateTarget.ofText(text(metadata, "target"));
    Map<String, String> parameters = new TreeMap<>();
    metadata.forEach(
        (name, value) -> {
          if (name.startsWith(CHANNEL_PREFIX)) {
            parameters.put(name.substring(CHANNEL_PREFIX.length()), value);
          }
        });
    SurrogateProvenance provenance =
        new SurrogateProvenance(
            told(metadata, "model"),
            told(metadata, "modelHash"),
            parse(metadata, "layers", Integer::valueOf),
            told(metadata, "corpus"),
            told(metadata, "corpusHash"),
            told(metadata, "windows"),
            told(metadata, "precision"),
            Channel.of(text(metadata, "channel"), parameters),
            target == SurrogateTarget.REWARD_TERM
                ? 0
                : parse(metadata, "cleanLogPerplexity", Double::valueOf),
            told(metadata, "dataHash"),
            metadata.containsKey("seed") ? parse(metadata, "seed", Long::valueOf) : 0,
            told(metadata, "errors"));
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
    Set<String> unknown = new TreeSet<>(file.tensors().keySet());
    unknown.removeAll(CONSTANTS);
    for (int i = 0; i < layers.size(); i++) {
      unknown.remove(weights(i));
      unknown.remove(biases(i));
    }
    if (!unknown.isEmpty()) {
      throw new InvalidValueException(
          "tensors",
          unknown,
          "left out: layers.I.weight, layers.I.bias for I from 0, and " + CONSTANTS);
    }
    return new SurrogateModel(
        provenance,
        domain,
        new SurrogateFeatures(
            form,
            constants(file, "features.mean", form.count(), 0),
            constants(file, "features.deviation", form.count(), 1)),
        new Perceptron(layers),
        target,
        constants(file, "target.mean", 1, 0)[0],
        constants(file, "target.deviation", 1, 1)[0]);
  }

  private static String weights(int layer) {
    return "layers." + layer + ".weight";
  }

  private static String biases(int layer) {
    return "layers." + layer + ".bias";
  }

  /** Constants that may be left out, which then are all the same. */
  private static float[] constants(SafetensorsFile file, String name, int count, float absent) {
    if (!file.tensors().containsKey(name)) {
      float[] same = new float[count];
      Arrays.fill(same, absent);
      return same;
    }
    float[] values = tensor(file, name, 1).values();
    if (values.length != count) {
      throw new InvalidValueException(name, values.length + " values", count + " values");
    }
    return values;
  }

  private static Tensor vector(float... values) {
    return new Tensor(List.of(values.length), values);
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

  /** What a network from elsewhere may leave out. */
  private static String told(Map<String, String> metadata, String name) {
    return metadata.getOrDefault(name, "unknown");
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
