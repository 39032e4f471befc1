package io.splitgym.agents.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.validation.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreedyValuePolicyTest {
  private static final Box SPACE =
      new Box(List.of("sigma", "m", "p"), new float[] {0, 1, 1}, new float[] {0.5f, 1, 29});

  @Test
  void observationsAreScaledByTheBoundsOfTheBox() {
    ObservationScaling scaling = ObservationScaling.of(SPACE);
    assertThat(scaling.scale(new BoxElement(0, 1, 1))).containsExactly(-1, 0, -1);
    assertThat(scaling.scale(new BoxElement(0.25f, 1, 15))).containsExactly(0, 0, 0);
    assertThat(scaling.scale(new BoxElement(0.5f, 1, 29))).containsExactly(1, 0, 1);
  }

  @Test
  void whatCannotBeScaledIsRefused() {
    assertThatThrownBy(() -> ObservationScaling.of(new Discrete(3)))
        .isInstanceOf(InvalidValueException.class);
    Box unbounded =
        new Box(List.of("queue"), new float[] {0}, new float[] {Float.POSITIVE_INFINITY});
    assertThatThrownBy(() -> ObservationScaling.of(unbounded))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("queue");
    assertThatThrownBy(() -> ObservationScaling.of(SPACE).scale(new BoxElement(1, 2)))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void networkIsLinearAfterItsLastLayerAndRectifiedBefore() {
    DenseNetwork network =
        new DenseNetwork(
            List.of(
                new DenseNetwork.Layer(new float[] {1, 2, -1, 0}, new float[] {0, 1}),
                new DenseNetwork.Layer(new float[] {1, 1, -1, -1}, new float[] {0, 0.5f})));
    // first layer: 1 + 2 * 2 = 5 and -1 + 1 = 0; of the other input -3 and 2, rectified 0 and 2
    assertThat(network.apply(new float[] {1, 2})).containsExactly(5, -4.5f);
    assertThat(network.apply(new float[] {-1, -1})).containsExactly(2, -1.5f);
  }

  @Test
  void layersMustFit() {
    assertThatThrownBy(
            () ->
                new DenseNetwork(
                    List.of(
                        new DenseNetwork.Layer(new float[3], new float[1]),
                        new DenseNetwork.Layer(new float[4], new float[2]))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("inputs of layer 1 is 2");
  }

  @Test
  void actionOfTheGreatestValueIsTaken() {
    DenseNetwork splitAsValue =
        new DenseNetwork(
            List.of(new DenseNetwork.Layer(new float[] {0, 0, 1, 0, 0, -1}, new float[] {0, 0})));
    Policy policy = new GreedyValuePolicy("test", ObservationScaling.of(SPACE), splitAsValue);
    assertThat(policy.greedyAction(new BoxElement(0, 1, 29))).isEqualTo(0);
    assertThat(policy.greedyAction(new BoxElement(0, 1, 1))).isEqualTo(1);
    assertThat(policy.probabilities(new BoxElement(0, 1, 1))).containsExactly(0, 1);
  }
}
