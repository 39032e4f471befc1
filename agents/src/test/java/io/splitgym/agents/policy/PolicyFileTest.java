package io.splitgym.agents.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.space.Box;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicyFileTest {
  private static final PolicyFile FILE =
      new PolicyFile(
          new GreedyValuePolicy(
              "double-dqn",
              new ObservationScaling(
                  new Box(
                      List.of("sigma", "m", "p"),
                      new float[] {0, 0.5f, 1},
                      new float[] {0.3f, 10, 29})),
              new DenseNetwork(
                  List.of(
                      new DenseNetwork.Layer(
                          new float[] {1, 2, 3, 4, 5, 6}, new float[] {0.5f, -0.5f}),
                      new DenseNetwork.Layer(
                          new float[] {1, -1, 0, 2, 3, 0.25f}, new float[] {0, 1, 2})))),
          new TreeMap<>(Map.of("preset", "default", "steps", "10000")));

  @Test
  void whatWasWrittenIsReadBack() throws MalformedCheckpointException {
    byte[] bytes = FILE.write();
    assertThat(PolicyFile.read(bytes)).isEqualTo(FILE);
    assertThat(FILE.write()).isEqualTo(bytes);
  }

  @Test
  void policiesThatDrawKeepTheirLogitsAndActivation() throws MalformedCheckpointException {
    LearnedPolicy values = FILE.policy();
    PolicyFile drawing =
        new PolicyFile(
            new SoftmaxPolicy(
                "ppo",
                values.scaling(),
                new DenseNetwork(values.network().layers(), Activation.TANH)),
            FILE.about());
    assertThat(PolicyFile.read(drawing.write())).isEqualTo(drawing).isNotEqualTo(FILE);
  }

  @Test
  void filesFromBeforeTheyToldTheirOutputHaveRectifiedValues() throws MalformedCheckpointException {
    SafetensorsFile whole = SafetensorsFile.read(FILE.write());
    var metadata = new TreeMap<>(whole.metadata());
    metadata.remove("output");
    metadata.remove("activation");
    byte[] old = new SafetensorsFile(metadata, new TreeMap<>(whole.tensors())).write();
    assertThat(PolicyFile.read(old)).isEqualTo(FILE);
    metadata.put("output", "moods");
    byte[] other = new SafetensorsFile(metadata, new TreeMap<>(whole.tensors())).write();
    assertThatThrownBy(() -> PolicyFile.read(other))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("output is moods, must be values or logits");
  }

  @Test
  void otherSafetensorsAreRefused() {
    byte[] other = new SafetensorsFile(new TreeMap<>(), new TreeMap<>()).write();
    assertThatThrownBy(() -> PolicyFile.read(other))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("format");
  }

  @Test
  void aPolicyThatLacksATensorIsRefused() throws MalformedCheckpointException {
    for (String name : List.of("layers.0.bias", "observation.low", "layers.1.weight")) {
      SafetensorsFile whole = SafetensorsFile.read(FILE.write());
      var tensors = new TreeMap<>(whole.tensors());
      tensors.remove(name);
      byte[] part = new SafetensorsFile(whole.metadata(), tensors).write();
      if (name.equals("layers.1.weight")) {
        // a network of one layer is whole too, only another one
        assertThat(PolicyFile.read(part).policy()).isNotEqualTo(FILE.policy());
      } else {
        assertThatThrownBy(() -> PolicyFile.read(part))
            .isInstanceOf(MalformedCheckpointException.class)
            .hasMessageContaining(name);
      }
    }
  }

  @Test
  void truncatedFilesAreRefused() {
    byte[] bytes = FILE.write();
    for (int length = 0; length < bytes.length; length += 7) {
      byte[] part = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> PolicyFile.read(part))
          .isInstanceOf(MalformedCheckpointException.class);
    }
  }
}
