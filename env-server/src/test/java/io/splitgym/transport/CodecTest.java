package io.splitgym.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CodecTest {
  private static final int WIDTH = 576;
  private static final int TOKENS = 200;

  /**
   * Tokens of magnitudes from 1e-6 to 1e4, every fifth with an element a thousand times as large.
   */
  private static float[][] tokens(long seed) {
    float[][] tokens = new float[TOKENS][WIDTH];
    RandomStream random = RandomStream.ofSeed(seed);
    for (int token = 0; token < TOKENS; token++) {
      double size = Math.pow(10, random.nextUniform(-6, 1));
      for (int i = 0; i < WIDTH; i++) {
        tokens[token][i] = (float) (size * random.nextGaussian());
      }
      if (token % 5 == 0) {
        tokens[token][random.nextInteger(0, WIDTH - 1)] = (float) (1000 * size);
      }
    }
    return tokens;
  }

  private static float[] decoded(Codec codec, float... token) {
    float[] copy = token.clone();
    codec.roundTrip(copy, 0, copy.length);
    return copy;
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void encodingWhatWasDecodedChangesNothing(Codec codec) {
    for (float[] token : tokens(3)) {
      float[] once = decoded(codec, token);
      assertThat(decoded(codec, once)).isEqualTo(once);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 0", "F16, 4.8828125e-4", "BF16, 3.90625e-3"})
  void floatingPointErrsByHalfAStepAtMost(Codec codec, double relative) {
    double worst = 0;
    for (float[] token : tokens(4)) {
      float[] received = decoded(codec, token);
      for (int i = 0; i < WIDTH; i++) {
        // below its normal numbers f16 has steps of 2^-24
        double allowed = Math.max(relative * Math.abs(token[i]), codec == Codec.F16 ? 0x1p-25 : 0);
        double error = Math.abs((double) received[i] - token[i]);
        assertThat(error).isLessThanOrEqualTo(allowed);
        worst = Math.max(worst, error / Math.abs(token[i]));
      }
    }
    assertThat(worst).isGreaterThanOrEqualTo(relative / 2);
  }

  @ParameterizedTest
  @CsvSource({"INT8, 127", "INT4, 7"})
  void integersErrByHalfTheirTokensScaleAtMost(Codec codec, int greatest) {
    for (float[] token : tokens(5)) {
      float[] received = decoded(codec, token);
      double most = 0;
      for (float value : token) {
        most = Math.max(most, Math.abs(value));
      }
      double scale = most / greatest * (1 + 0x1p-16);
      for (int i = 0; i < WIDTH; i++) {
        assertThat(Math.abs((double) received[i] - token[i])).isLessThanOrEqualTo(scale / 2);
      }
      assertThat(Arrays.stream(distinct(received)).count()).isLessThanOrEqualTo(2L * greatest + 1);
    }
  }

  private static double[] distinct(float[] values) {
    double[] all = new double[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = Math.abs(values[i]) == 0 ? 0 : values[i];
    }
    return Arrays.stream(all).distinct().toArray();
  }

  /** Values as IEEE 754 has them; the last ones of each line lie half way between two. */
  @ParameterizedTest
  @CsvSource({
    "F16, 1.0009765625, 1.0009765625",
    "F16, 0.1, 0.0999755859375",
    "F16, 65504, 65504",
    "F16, 65519.996, 65504",
    "F16, 5.9604645e-8, 5.9604645e-8",
    "F16, 2.9802322e-8, 0",
    "F16, 2.9802326e-8, 5.9604645e-8",
    "F16, 6.0975552e-5, 6.0975552e-5",
    "F16, 2049, 2048",
    "F16, 2051, 2052",
    "BF16, 3.14159, 3.140625",
    "BF16, 1.00390625, 1",
    "BF16, 1.01171875, 1.015625",
    "BF16, 1e-40, 9.18355e-41"
  })
  void floatingPointRoundsToNearestTiesToEven(Codec codec, float sent, float received) {
    assertThat(decoded(codec, sent)).containsExactly(received);
    assertThat(decoded(codec, -sent)).containsExactly(-received);
  }

  @Test
  void beyondItsRangeACodecSaturates() {
    assertThat(decoded(Codec.F16, 70_000, -1e30f, Float.POSITIVE_INFINITY))
        .containsExactly(65_504, -65_504, 65_504);
    float greatest = Float.intBitsToFloat(0x7F7F0000);
    assertThat(decoded(Codec.BF16, Float.MAX_VALUE, Float.NEGATIVE_INFINITY))
        .containsExactly(greatest, -greatest);
    float[] integers = decoded(Codec.INT8, 1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -2);
    assertThat(integers[0]).isCloseTo(1, within(0.01f));
    assertThat(integers[1]).isEqualTo(-integers[3]).isCloseTo(2, within(1e-4f));
    assertThat(integers[2]).isEqualTo(integers[3]);
    for (Codec codec : new Codec[] {Codec.INT8, Codec.INT4}) {
      for (float value : decoded(codec, Float.MAX_VALUE, -Float.MAX_VALUE, 1)) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  void nanStaysNanInFloatingPointAndIsNothingAmongIntegers() {
    assertThat(decoded(Codec.F16, Float.NaN, 1)).containsExactly(Float.NaN, 1);
    assertThat(decoded(Codec.BF16, Float.NaN, 1)).containsExactly(Float.NaN, 1);
    assertThat(decoded(Codec.INT8, Float.NaN, 127)[0]).isZero();
    assertThat(decoded(Codec.INT4, Float.NaN, Float.NaN)).containsExactly(0, 0);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aTokenOfZerosIsOneOfZeros(Codec codec) {
    assertThat(decoded(codec, new float[WIDTH])).containsOnly(0f);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aTokenDoesNotDependOnItsNeighbours(Codec codec) {
    float[][] tokens = tokens(9);
    float[] both = new float[2 * WIDTH];
    System.arraycopy(tokens[0], 0, both, 0, WIDTH);
    System.arraycopy(tokens[1], 0, both, WIDTH, WIDTH);
    codec.roundTrip(both, WIDTH, 2 * WIDTH);
    assertThat(Arrays.copyOf(both, WIDTH)).isEqualTo(tokens[0]);
    assertThat(Arrays.copyOfRange(both, WIDTH, 2 * WIDTH)).isEqualTo(decoded(codec, tokens[1]));
  }

  @Test
  void anUnknownCodecIsRefusedByItsField() {
    assertThat(Codec.ofId("codec", "int4")).isEqualTo(Codec.INT4);
    assertThatThrownBy(() -> Codec.ofId("codec", "fp8"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("codec is fp8, must be one of f32, f16, bf16, int8, int4");
  }
}
