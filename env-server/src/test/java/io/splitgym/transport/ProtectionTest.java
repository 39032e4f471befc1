package io.splitgym.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectionTest {
  private static final int WIDTH = 576;

  private static float[] gaussian(int count, long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 575, 576, 10_000})
  void theGreatestAreThoseThatASortFinds(int elements) {
    float[] values = gaussian(2 * WIDTH, elements);
    int[] expected =
        IntStream.range(WIDTH, 2 * WIDTH)
            .boxed()
            .sorted((a, b) -> Float.compare(Math.abs(values[b]), Math.abs(values[a])))
            .limit(elements)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    assertThat(new Protection.Greatest(elements).places(values, WIDTH, WIDTH)).isEqualTo(expected);
  }

  @Test
  void ofEqualMagnitudesTheFirstAreProtected() {
    float[] values = {1, -3, 3, 2, 3, Float.NaN};
    assertThat(new Protection.Greatest(2).places(values, 0, 6)).containsExactly(1, 2);
    assertThat(new Protection.Greatest(4).places(values, 0, 6)).containsExactly(1, 2, 3, 4);
    assertThat(new Protection.Greatest(3).places(new float[6], 0, 6)).containsExactly(0, 1, 2);
  }

  @Test
  void massiveIsMeasuredByTheMedianOfTheToken() {
    // magnitudes 1, 1, 2, 4, 100: the median is 2; of the first four it is 1.5
    float[] values = {1, -1, 2, 4, -100};
    assertThat(new Protection.Above(49).places(values, 0, 5)).containsExactly(4);
    assertThat(new Protection.Above(50).places(values, 0, 5)).isEmpty();
    assertThat(new Protection.Above(1).places(values, 0, 5)).containsExactly(3, 4);
    assertThat(new Protection.Above(2.6).places(values, 0, 4)).containsExactly(3);
    assertThat(new Protection.Above(2.7).places(values, 0, 4)).isEmpty();
    assertThat(new Protection.Above(1).places(new float[] {0, 0, 5}, 0, 3)).isEmpty();
  }

  @Test
  void whatIsProtectedArrivesAsItWasAndDoesNotSpoilTheScale() {
    float[] plain = gaussian(2 * WIDTH, 4);
    plain[17] = 24_000.123f;
    float[] coarse = plain.clone();
    new Payload(Codec.INT8, new Protection.None()).encode(coarse, 2, WIDTH);
    float[] fine = plain.clone();
    ProtectedElements kept =
        new Payload(Codec.INT8, new Protection.Above(1000)).encode(fine, 2, WIDTH);

    assertThat(kept.count()).isEqualTo(1);
    assertThat(fine[17]).isZero();
    kept.restore(fine);
    assertThat(fine[17]).isEqualTo(24_000.123f);
    // beside 24,000 nothing is left of the others in 8 bits
    assertThat(Arrays.copyOfRange(coarse, 18, WIDTH)).containsOnly(0f);
    for (int i = 0; i < WIDTH; i++) {
      assertThat(Math.abs(fine[i] - plain[i])).isLessThan(0.02f);
    }
    // the other token is as it is without protection
    assertThat(Arrays.copyOfRange(fine, WIDTH, 2 * WIDTH))
        .isEqualTo(Arrays.copyOfRange(coarse, WIDTH, 2 * WIDTH));
  }

  @Test
  void bitsAreThoseOfIndicesValuesAndCounts() {
    float[] values = gaussian(3 * WIDTH, 6);
    values[5] = 1e6f;
    values[2 * WIDTH + 9] = -1e6f;
    // 10 bits for an index in [0, 576), 10 for a count in [0, 576]
    assertThat(bits(new Protection.None(), values)).isZero();
    assertThat(bits(new Protection.Greatest(2), values)).isEqualTo(3 * 2 * (10 + 32));
    assertThat(bits(new Protection.Above(1000), values)).isEqualTo(3 * 10 + 2 * (10 + 32));
    // 512 elements have 9 bits for an index, and 10 for a count: there may be 512
    assertThat(Protection.elementBits(512)).isEqualTo(9 + 32);
    assertThat(new Protection.Above(2).countBits(512)).isEqualTo(10);
    assertThat(Protection.elementBits(1)).isEqualTo(32);
  }

  private static long bits(Protection protection, float[] values) {
    return new Payload(Codec.F16, protection).encode(values.clone(), 3, WIDTH).bits();
  }

  @Test
  void twoSettingsTellOfOneProtection() {
    assertThat(Protection.of(null, null)).isEqualTo(new Protection.None());
    assertThat(Protection.of(0, 0.0)).isEqualTo(new Protection.None());
    assertThat(Protection.of(3, 0.0)).isEqualTo(new Protection.Greatest(3));
    assertThat(Protection.of(null, 1e6)).isEqualTo(new Protection.Above(1e6));
    assertThatThrownBy(() -> Protection.of(-1, null))
        .hasMessage("protectGreatest is -1, must be 0 (none) or more");
    for (double ratio : new double[] {0.999, -1, 1_000_001, Double.NaN}) {
      assertThatThrownBy(() -> Protection.of(null, ratio))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage("protectAbove is " + ratio + ", must be 0 (none) or in [1, 1000000]");
    }
    assertThatThrownBy(() -> Protection.of(1, 1.0))
        .hasMessageStartingWith("protectAbove is 1.0, must be left out or 0: protectGreatest");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new Protection.Greatest(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("protectGreatest is 0, must be at least 1");
    for (double ratio : new double[] {0.5, Double.NaN, 2e6}) {
      assertThatThrownBy(() -> new Protection.Above(ratio))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("protectAbove is " + ratio);
    }
  }
}
