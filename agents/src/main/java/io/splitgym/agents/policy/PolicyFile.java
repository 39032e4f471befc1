package io.splitgym.agents.policy;

import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.space.Box;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A trained policy as a safetensors file: {@code layers.I.weight} [outputs, inputs] and {@code
 * layers.I.bias} [outputs] for each layer I from 0, {@code observation.low} and {@code
 * observation.high} [inputs] for the scaling, and in the metadata {@code format}, {@code agent},
 * the observation's {@code names}, {@code output} (what the network gives: {@code values} of
 * actions, the greatest of which is taken, or {@code logits} of their probabilities), {@code
 * activation} ({@code relu} or {@code tanh}) and whatever else tells where it comes from. A file
 * without {@code output} and {@code activation} has values and rectified linear units.
 *
 * @param policy what acts
 * @param about where it comes from, by name; those named above are taken
 */
public record PolicyFile(LearnedPolicy policy, SortedMap<String, String> about) {
  private static final String FORMAT = "splitgym-policy-1";
  private static final String OUTPUT = "output";
  private static final String VALUES = "values";
  private static final String LOGITS = "logits";
  private static final String ACTIVATION = "activation";
  private static final String LOW = "observation.low";
  private static final String HIGH = "observation.high";

  public PolicyFile {
    about = Collections.unmodifiableSortedMap(new TreeMap<>(about));
  }

  /** The file's bytes; the same policy always gives the same ones. */
  public byte[] write() {
    SortedMap<String, String> metadata = new TreeMap<>(about);
    Box space = policy.scaling().space();
    metadata.put("format", FORMAT);
    metadata.put("agent", policy.name());
    metadata.put("names", String.join(",", space.names()));
    metadata.put(OUTPUT, policy instanceof SoftmaxPolicy ? LOGITS : VALUES);
    metadata.put(ACTIVATION, policy.network().activation().text());
    SortedMap<String, Tensor> tensors = new TreeMap<>();
    tensors.put(LOW, vector(space.low()));
    tensors.put(HIGH, vector(space.high()));
    List<DenseNetwork.Layer> layers = policy.network().layers();
    for (int i = 0; i < layers.size(); i++) {
      DenseNetwork.Layer layer = layers.get(i);
      tensors.put(weight(i), new Tensor(List.of(layer.outputs(), layer.inputs()), layer.weights()));
      tensors.put(bias(i), vector(layer.bias()));
    }
    return new SafetensorsFile(metadata, tensors).write();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws MalformedCheckpointException if it is no policy, or not a whole one
   */
  public static PolicyFile read(byte[] file) throws MalformedCheckpointException {
    SafetensorsFile content = SafetensorsFile.read(file);
    SortedMap<String, String> about = new TreeMap<>(content.metadata());
    @Nullable String format = about.remove("format");
    if (!FORMAT.equals(format)) {
      throw new MalformedCheckpointException("format is " + format + ", must be " + FORMAT);
    }
    @Nullable String agent = about.remove("agent");
    @Nullable String names = about.remove("names");
    if (agent == null || names == null) {
      throw new MalformedCheckpointException("the policy's metadata lacks agent or names");
    }
    Map<String, Tensor> tensors = content.tensors();
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    while (tensors.containsKey(weight(layers.size()))) {
      Tensor weights = tensor(tensors, weight(layers.size()));
      Tensor bias = tensor(tensors, bias(layers.size()));
      if (weights.shape().size() != 2 || !bias.shape().equals(List.of(weights.shape().get(0)))) {
        throw new MalformedCheckpointException(
            weight(layers.size())
                + " has shape "
                + weights.shape()
                + " beside a bias of "
                + bias.shape());
      }
      layers.add(new DenseNetwork.Layer(weights.values(), bias.values()));
    }
    try {
      Box space =
          new Box(
              List.of(names.split(",")),
              tensor(tensors, LOW).values(),
              tensor(tensors, HIGH).values());
      DenseNetwork network =
          new DenseNetwork(
              layers,
              Activation.ofText(Objects.requireNonNullElse(about.remove(ACTIVATION), "relu")));
      return new PolicyFile(
          policy(
              Objects.requireNonNullElse(about.remove(OUTPUT), VALUES),
              agent,
              new ObservationScaling(space),
              network),
          about);
    } catch (IllegalArgumentException e) {
      throw new MalformedCheckpointException("the policy doesn't fit together: " + e.getMessage());
    }
  }

  private static LearnedPolicy policy(
      String output, String agent, ObservationScaling scaling, DenseNetwork network) {
    return switch (output) {
      case VALUES -> new GreedyValuePolicy(agent, scaling, network);
      case LOGITS -> new SoftmaxPolicy(agent, scaling, network);
      default -> throw new InvalidValueException(OUTPUT, output, VALUES + " or " + LOGITS);
    };
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name)
      throws MalformedCheckpointException {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new MalformedCheckpointException("the policy lacks the tensor " + name);
    }
    return tensor;
  }

  private static Tensor vector(float[] values) {
    return new Tensor(List.of(values.length), values);
  }

  private static String weight(int layer) {
    return "layers." + layer + ".weight";
  }

  private static String bias(int layer) {
    return "layers." + layer + ".bias";
  }
}
