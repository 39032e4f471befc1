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
 *
 * <p>A file may also say how single draws lie around the mean, see {@link DrawDistribution}: the
 * tensors {@code draws.layers.I.weight} and {@code draws.layers.I.bias} of a network that takes the
 * same inputs and gives n - 1 values, {@code draws.probabilities} [n] ascending from 0 to 1, {@code
 * draws.target.mean} and {@code draws.target.deviation} [n - 1], which are 0 and 1 where they are
 * left out; and the metadata {@code draws}, which is {@code ln of the gaps between quantiles of a
 * window's mean loss in nats}, {@code draws.window}, the tokens of a window, and, where it comes
 * from, {@code draws.dataHash}, {@code draws.seed} and {@code draws.errors}.
 */
public final class SurrogateFile {
  private static final String FORMAT = "splitgym-surrogate";
  private static final String VERSION = "1";
  private static final String CHANNEL_PREFIX = "channel.";
  private static final List<String> CONSTANTS =
      List.of("features.mean", "features.deviation", "target.mean", "target.deviation");
  private static final String DRAWS = "draws";
  private static final String DRAWS_PREFIX = "draws.";
  private static final String DRAWS_TARGET =
      "ln of the gaps between quantiles of a window's mean loss in nats";
  private static final List<String> DRAWS_CONSTANTS =
      List.of("draws.probabilities", "draws.target.mean", "draws.target.deviation");

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
    write(model.network(), "", tensors);
    model.draws().ifPresent(draws -> write(draws, metadata, tensors));
    return new SafetensorsFile(metadata, tensors).write();
  }

  private static void write(
      DrawDistribution draws,
      SortedMap<String, String> metadata,
      SortedMap<String, Tensor> tensors) {
    metadata.put(DRAWS, DRAWS_TARGET);
    metadata.put("draws.window", Integer.toString(draws.provenance().window()));
    metadata.put("draws.dataHash", draws.provenance().dataHash());
    metadata.put("draws.seed", Long.toString(draws.provenance().seed()));
    metadata.put("draws.errors", draws.provenance().errors());
    tensors.put("draws.probabilities", vector(draws.rawProbabilities()));
    tensors.put("draws.target.mean", vector(draws.gapMeans()));
    tensors.put("draws.target.deviation", vector(draws.gapDeviations()));
    write(draws.network(), DRAWS_PREFIX, tensors);
  }

  private static void write(Perceptron network, String prefix, SortedMap<String, Tensor> tensors) {
    List<Perceptron.Layer> layers = network.layers();
    for (int i = 0; i < layers.size(); i++) {
      Perceptron.Layer layer = layers.get(i);
      tensors.put(
          weights(prefix, i),
          new Tensor(List.of(layer.outputs(), layer.inputs()), layer.weights()));
      tensors.put(biases(prefix, i), new Tensor(List.of(layer.outputs()), layer.biases()));
    }
  }

  /**
   * What tells one surrogate's mean from another's: SHA-256, in hexadecimal, of the bytes that
   * {@link #write} gives of the surrogate {@linkplain SurrogateModel#meanAlone without its draws}.
   * A file that was written so has it as its own. So nothing that was begun on a mean ends because
   * its surrogate has learned its draws.
   */
  public static String fingerprint(SurrogateModel model) {
    return Sha256.of(write(model.meanAlone())).hex();
  }

  /** What tells a surrogate with its draws from every other one: SHA-256 of its whole file. */
  public static String fingerprintWithDraws(SurrogateModel model) {
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
            split(splits.low()),
            split(splits.high()));
    Set<String> unknown = new TreeSet<>(file.tensors().keySet());
    unknown.removeAll(CONSTANTS);
    Perceptron network = network(file, "", unknown);
    @Nullable DrawDistribution draws = metadata.containsKey(DRAWS) ? draws(file, unknown) : null;
    if (!unknown.isEmpty()) {
      throw new InvalidValueException(
          "tensors",
          unknown,
          "left out: layers.I.weight, layers.I.bias for I from 0, and "
              + CONSTANTS
              + "; with metadata draws, draws.layers.I.weight, draws.layers.I.bias and "
              + DRAWS_CONSTANTS);
    }
    SurrogateModel model = model(file, provenance, domain, form, network, target);
    return draws == null ? model : model.withDraws(draws);
  }

  private static DrawDistribution draws(SafetensorsFile file, Set<String> unknown) {
    Map<String, String> metadata = file.metadata();
    require(metadata, DRAWS, DRAWS_TARGET);
    unknown.removeAll(DRAWS_CONSTANTS);
    Perceptron network = network(file, DRAWS_PREFIX, unknown);
    return new DrawDistribution(
        network,
        tensor(file, "draws.probabilities", 1).values(),
        constants(file, "draws.target.mean", network.outputs(), 0),
        constants(file, "draws.target.deviation", network.outputs(), 1),
        new DrawDistribution.DrawProvenance(
            parse(metadata, "draws.window", Integer::valueOf),
            told(metadata, "draws.dataHash"),
            metadata.containsKey("draws.seed") ? parse(metadata, "draws.seed", Long::valueOf) : 0,
            told(metadata, "draws.errors")));
  }

  /**
   * @param unknown loses the names that are read
   */
  private static Perceptron network(SafetensorsFile file, String prefix, Set<String> unknown) {
    List<Perceptron.Layer> layers = new ArrayList<>();
    while (file.tensors().containsKey(weights(prefix, layers.size()))) {
      String name = weights(prefix, layers.size());
      Tensor weights = tensor(file, name, 2);
      Tensor biases = tensor(file, biases(prefix, layers.size()), 1);
      unknown.remove(name);
      unknown.remove(biases(prefix, layers.size()));
      layers.add(new Perceptron.Layer(weights.shape().get(1), weights.values(), biases.values()));
    }
    return new Perceptron(layers);
  }

  private static SurrogateModel model(
      SafetensorsFile file,
      SurrogateProvenance provenance,
      SurrogateDomain domain,
      SurrogateFeatures.Form form,
      Perceptron network,
      SurrogateTarget target) {
    return new SurrogateModel(
        provenance,
        domain,
        new SurrogateFeatures(
            form,
            constants(file, "features.mean", form.count(), 0),
            constants(file, "features.deviation", form.count(), 1)),
        network,
        target,
        constants(file, "target.mean", 1, 0)[0],
        constants(file, "target.deviation", 1, 1)[0]);
  }

  private static String weights(String prefix, int layer) {
    return prefix + "layers." + layer + ".weight";
  }

  private static String biases(String prefix, int layer) {
    return prefix + "layers." + layer + ".bias";
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

  private static int split(double end) {
    if (end != Math.rint(end)) {
      throw new InvalidValueException("domain.p", end, "two whole numbers");
    }
    return (int) end;
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
