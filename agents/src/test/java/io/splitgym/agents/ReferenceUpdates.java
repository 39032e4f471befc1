package io.splitgym.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.agents.rollout.Rollout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What reference_updates.py wrote. */
public final class ReferenceUpdates {
  public static final List<Integer> HIDDEN = List.of(4, 5);
  private static final double TOLERANCE = 2e-5;

  private final JsonNode of;

  private ReferenceUpdates(JsonNode of) {
    this.of = of;
  }

  public static ReferenceUpdates of(String algorithm) {
    try (InputStream stream =
        Objects.requireNonNull(
            ReferenceUpdates.class.getResourceAsStream("reference-updates.json"))) {
      return new ReferenceUpdates(new ObjectMapper().readTree(stream).path(algorithm));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TrainableNetwork network(String name, Activation activation) {
    DenseNetwork dense = dense(name, activation);
    TrainableNetwork network =
        new TrainableNetwork(dense.inputs(), HIDDEN, dense.outputs(), activation, 6);
    network.copyFrom(dense);
    return network;
  }

  public ActorCritic actorCritic() {
    return new ActorCritic(network("actor", Activation.TANH), network("critic", Activation.TANH));
  }

  public Rollout rollout() {
    return Rollout.of(
        rows("observations"),
        integers("actions"),
        floats(of.path("logProbabilities")),
        floats(of.path("advantages")),
        floats(of.path("returns")));
  }

  public float[][] rows(String name) {
    List<float[]> rows = new ArrayList<>();
    of.path(name).forEach(row -> rows.add(floats(row)));
    return rows.toArray(float[][]::new);
  }

  public int[] integers(String name) {
    int[] values = new int[of.path(name).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = of.path(name).get(i).asInt();
    }
    return values;
  }

  public JsonNode node(String name) {
    return of.path(name);
  }

  public void assertBecame(TrainableNetwork network, String name) {
    assertBecame(network.toDense(), name, TOLERANCE);
  }

  public void assertBecame(DenseNetwork network, String name, double tolerance) {
    List<DenseNetwork.Layer> actual = network.layers();
    JsonNode expected = of.path(name);
    assertThat(actual).hasSize(expected.size());
    for (int layer = 0; layer < actual.size(); layer++) {
      assertClose(
          actual.get(layer).weights(), floats(expected.get(layer).path("weights")), tolerance);
      assertClose(actual.get(layer).bias(), floats(expected.get(layer).path("bias")), tolerance);
    }
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as("value %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  public DenseNetwork dense(String name, Activation activation) {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (JsonNode layer : of.path(name)) {
      layers.add(new DenseNetwork.Layer(floats(layer.path("weights")), floats(layer.path("bias"))));
    }
    return new DenseNetwork(layers, activation);
  }

  public static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }
}
