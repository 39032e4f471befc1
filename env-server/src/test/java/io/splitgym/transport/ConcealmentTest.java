package io.splitgym.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ConcealmentTest {
  /** Four tokens of three elements: 1, 2, 3, then 11, 12, 13 and so on. */
  private static float[] block() {
    float[] values = new float[12];
    for (int i = 0; i < values.length; i++) {
      values[i] = 10 * (i / 3) + i % 3 + 1;
    }
    return values;
  }

  private static BitSet lost(int... places) {
    BitSet lost = new BitSet();
    for (int place : places) {
      lost.set(place);
    }
    return lost;
  }

  @Test
  void zerosComeInPlaceOfWhatWasLost() {
    float[] values = block();
    Concealment.ZERO.conceal(values, 3, lost(0, 4, 11), new float[3]);
    assertThat(values).containsExactly(0, 2, 3, 11, 0, 13, 21, 22, 23, 31, 32, 0);
  }

  @Test
  void eachElementIsRepeatedFromTheLastTokenThatBroughtIt() {
    float[] values = block();
    Concealment.REPEAT.conceal(values, 3, lost(3, 4, 5, 7, 9, 10, 11), new float[3]);
    assertThat(values).containsExactly(1, 2, 3, 1, 2, 3, 21, 2, 23, 21, 2, 23);
  }

  @Test
  void beforeTheFirstGoodPacketThereIsNothingToRepeat() {
    float[] values = block();
    Concealment.REPEAT.conceal(values, 3, lost(0, 1, 2, 3, 4), new float[3]);
    assertThat(values).containsExactly(0, 0, 0, 0, 0, 13, 21, 22, 23, 31, 32, 33);
  }

  @Test
  void whatIsHeldGoesOnFromBlockToBlock() {
    float[] held = new float[3];
    Concealment.REPEAT.conceal(block(), 3, lost(9), held);
    assertThat(held).containsExactly(21, 32, 33);
    float[] next = {7, 8, 9};
    Concealment.REPEAT.conceal(next, 3, lost(0, 1), held);
    assertThat(next).containsExactly(21, 32, 9);
  }

  @Test
  void whatArrivedBesideThePacketsIsNotLostAndIsRepeated() {
    float[] values = block();
    values[1] = 0;
    ProtectedElements kept = new ProtectedElements(new int[] {1}, new float[] {24_000}, 42);
    BitSet lost = lost(0, 1, 2, 3, 4, 5);
    kept.restore(values);
    kept.spare(lost);
    Concealment.REPEAT.conceal(values, 3, lost, new float[3]);
    assertThat(values).containsExactly(0, 24_000, 0, 0, 24_000, 0, 21, 22, 23, 31, 32, 33);
  }

  @Test
  void anUnknownConcealmentIsRefused() {
    assertThat(Concealment.ofId("concealment", "repeat")).isEqualTo(Concealment.REPEAT);
    assertThatThrownBy(() -> Concealment.ofId("concealment", "copy"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("concealment is copy, must be zero or repeat");
  }
}
