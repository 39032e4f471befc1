package io.splitgym.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlainValuesTest {
  private static final Map<String, Object> ALL =
      new LinkedHashMap<>(
          Map.of(
              "flag",
              true,
              "integer",
              -7,
              "long",
              Long.MIN_VALUE,
              "double",
              Math.nextUp(0.1),
              "large",
              new BigInteger("99999999999999999999"),
              "text",
              "\u00e9\uD83D\uDE00",
              "list",
              Arrays.asList(1, null, List.of(2.5), Map.of("a", false))));

  @Test
  void valuesComeBackAsTheyWere() {
    assertThat(PlainValues.read(PlainValues.write(ALL))).isEqualTo(ALL);
    assertThat((Map<?, ?>) PlainValues.read(PlainValues.write(ALL)))
        .extracting(map -> List.copyOf(map.keySet()))
        .isEqualTo(List.copyOf(ALL.keySet()));
    assertThat(PlainValues.read(PlainValues.write(null))).isNull();
    assertThat(PlainValues.read(PlainValues.write(new byte[] {1, -1})))
        .isEqualTo(new byte[] {1, -1});
    assertThat(PlainValues.read(PlainValues.write(new float[] {0.1f, Float.MIN_VALUE})))
        .isEqualTo(new float[] {0.1f, Float.MIN_VALUE});
    assertThat(PlainValues.read(PlainValues.write(-0.0))).isEqualTo(-0.0);
  }

  @Test
  void bytesThatBreakOffOrGoOnAreRefused() {
    byte[] whole = PlainValues.write(ALL);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> PlainValues.read(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> PlainValues.read(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCountBeyondTheBytesTakesNoMemory() {
    byte[] many = {'v', 0x7f, -1, -1, -1};
    assertThatThrownBy(() -> PlainValues.read(many)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNotPlainIsRefused() {
    assertThatThrownBy(() -> PlainValues.write(List.of('c')))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
