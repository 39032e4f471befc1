package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShortestDecimalTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyDoubleReadsBack(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    for (int i = 0; i < 2000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(ShortestDecimal.of(value))).isEqualTo(value);
      }
      double usual = random.nextUniform(0, 2000);
      assertThat(Double.parseDouble(ShortestDecimal.of(usual))).isEqualTo(usual);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1,0.1", "1024,1024", "0.30000000000000004,0.30000000000000004", "2e-3,0.002"})
  void textIsShort(double value, String text) {
    assertThat(ShortestDecimal.of(value)).isEqualTo(text);
  }

  @Test
  void whatIsNotFiniteHasNoDecimal() {
    assertThatThrownBy(() -> ShortestDecimal.of(Double.NaN))
        .isInstanceOf(NumberFormatException.class);
  }

  @Test
  void aChannelIsMadeFromItsParametersAgain() {
    for (Channel channel :
        new Channel[] {
          new Erasure(7), new FadingAwgn(0.1 + 0.2, 16, false), FadingAwgn.ofUnit(8)
        }) {
      assertThat(Channel.of(channel.name(), channel.parameters())).isEqualTo(channel);
    }
    assertThatThrownBy(() -> Channel.of("erasure", Map.of("packetElements", "1", "colour", "red")))
        .hasMessageContaining("colour");
    assertThatThrownBy(() -> Channel.of("erasure", Map.of()))
        .hasMessageContaining("packetElements");
  }
}
