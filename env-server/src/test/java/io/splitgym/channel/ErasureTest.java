package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErasureTest {
  private static final Erasure ELEMENTS = new Erasure(1);

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-12, 0.01, 0.1, 0.3, 0.7, 0.999})
  void rayleighFadingLosesExactlySigma(double sigma) {
    assertThat(ELEMENTS.lossProbability(new ChannelState(sigma, 1)))
        .isCloseTo(sigma, within(1e-14));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.7, 1, 2, 5, 10})
  void moreNoiseLosesMore(double m) {
    double last = ELEMENTS.lossProbability(new ChannelState(0, m));
    assertThat(last).isZero();
    for (int i = 1; i < 100; i++) {
      double loss = ELEMENTS.lossProbability(new ChannelState(i / 100.0, m));
      assertThat(loss).isGreaterThan(last).isLessThan(1);
      last = loss;
    }
  }

  @Test
  void steadierFadingLosesLess() {
    double last = 1;
    for (double m = 0.5; m <= 10; m += 0.25) {
      double loss = ELEMENTS.lossProbability(new ChannelState(0.3, m));
      assertThat(loss).isLessThan(last);
      last = loss;
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1, 1e-15, 1e-5", "0.3, 1e-6, 1e-2"})
  void almostSteadyFadingLosesNextToNothing(double sigma, double least, double most) {
    assertThat(ELEMENTS.lossProbability(new ChannelState(sigma, 10))).isBetween(least, most);
  }

  @ParameterizedTest
  @CsvSource({"0.3, 1, 1", "0.3, 0.5, 1", "0.1, 2, 1", "0.2, 1, 64", "0.2, 1, 7"})
  void theFrequencyOfLossIsItsProbability(double sigma, double m, int packet) {
    ChannelState state = new ChannelState(sigma, m);
    HiddenBlock hidden = ones(300, 576);

    new Erasure(packet).transmit(hidden, state, RandomStream.ofSeed(3));

    int lost = 0;
    for (float value : hidden.values()) {
      lost += value == 0 ? 1 : 0;
    }
    double packets = hidden.values().length / (double) packet;
    double exact = ELEMENTS.lossProbability(state);
    assertThat(lost / (double) hidden.values().length)
        .isCloseTo(exact, within(5 * Math.sqrt(exact * (1 - exact) / packets)));
  }

  @Test
  void aPacketIsLostAsAWholeAndTheLastMayBeShorter() {
    HiddenBlock hidden = ones(1, 100);

    new Erasure(8).transmitAtLevel(hidden, 0.5, RandomStream.ofSeed(8));

    float[] values = hidden.values();
    for (int from = 0; from < 100; from += 8) {
      for (int i = from; i < Math.min(from + 8, 100); i++) {
        assertThat(values[i]).isEqualTo(values[from]);
      }
    }
    assertThat(values).contains(0f).contains(1f);
  }

  @Test
  void whatIsNotLostArrivesUnchanged() {
    HiddenBlock hidden = new HiddenBlock(new float[] {1.5f, -2f, 24_000f, 1e-30f}, 2, 2);
    float[] sent = hidden.values().clone();

    ELEMENTS.transmitAtLevel(hidden, 0.5, RandomStream.ofSeed(4));

    for (int i = 0; i < sent.length; i++) {
      assertThat(hidden.values()[i]).isIn(0f, sent[i]);
    }
  }

  @Test
  void levelZeroLosesNothingAndLevelOneEverything() {
    HiddenBlock none = ones(10, 10);
    HiddenBlock all = ones(10, 10);

    ELEMENTS.transmitAtLevel(none, 0, RandomStream.ofSeed(1));
    ELEMENTS.transmitAtLevel(all, 1, RandomStream.ofSeed(1));

    assertThat(none.values()).containsOnly(1f);
    assertThat(all.values()).containsOnly(0f);
  }

  @Test
  void theSameSeedLosesTheSameElements() {
    ChannelState state = new ChannelState(0.3, 0.8);
    HiddenBlock first = ones(20, 30);
    HiddenBlock again = ones(20, 30);
    HiddenBlock other = ones(20, 30);

    ELEMENTS.transmit(first, state, RandomStream.ofSeed(6));
    ELEMENTS.transmit(again, state, RandomStream.ofSeed(6));
    ELEMENTS.transmit(other, state, RandomStream.ofSeed(7));

    assertThat(again.values()).isEqualTo(first.values());
    assertThat(other.values()).isNotEqualTo(first.values());
  }

  @Test
  void theExpectationIsTheFunctionAtTheLossProbability() {
    ChannelState state = new ChannelState(0.2, 3);

    assertThat(ELEMENTS.expectation(state, q -> 5 * q))
        .isEqualTo(5 * ELEMENTS.lossProbability(state));
  }

  @Test
  void aPacketOfNothingIsRefused() {
    assertThatThrownBy(() -> new Erasure(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("packetElements is 0, must be at least 1");
  }

  private static HiddenBlock ones(int tokens, int width) {
    float[] values = new float[tokens * width];
    Arrays.fill(values, 1f);
    return new HiddenBlock(values, tokens, width);
  }
}
