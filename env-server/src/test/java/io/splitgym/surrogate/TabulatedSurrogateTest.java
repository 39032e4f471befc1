package io.splitgym.surrogate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import org.junit.jupiter.api.Test;

class TabulatedSurrogateTest {
  private final SurrogateModel surrogate = ShippedSurrogates.load("fading-awgn");
  private final RandomStream random = RandomStream.ofSeed(4);

  @Test
  void isAsFarFromTheNetworkAsItSays() {
    ChannelRanges ranges = new ChannelRanges(new Range(0, 0.3), new Range(0.5, 10));
    TabulatedSurrogate coarse = new TabulatedSurrogate(surrogate, ranges, 33, 17);
    TabulatedSurrogate fine = new TabulatedSurrogate(surrogate, ranges, 129, 65);
    assertThat(fine.error().greatest()).isBetween(1e-6, coarse.error().greatest() / 3);
    assertThat(fine.error().rootMeanSquare()).isLessThan(fine.error().greatest());
    double squares = 0;
    for (int i = 0; i < 2000; i++) {
      ChannelState state = ranges.draw(random);
      int split = random.nextInteger(1, 29);
      double off =
          fine.logPerplexity(state, split, random).value()
              - surrogate.expectedLogPerplexity(state, split);
      assertThat(Math.abs(off)).isLessThan(1.5 * fine.error().greatest());
      squares += off * off;
    }
    assertThat(Math.sqrt(squares / 2000)).isLessThan(2 * fine.error().rootMeanSquare());
  }

  @Test
  void isTheNetworkAtItsPointsAndTheSameAloneAndAmongOthers() {
    ChannelRanges ranges = new ChannelRanges(new Range(0.04, 0.25), new Range(1, 1));
    TabulatedSurrogate table = new TabulatedSurrogate(surrogate, ranges, 4, 2);
    double[] sigma = {0.04, 0.09, 0.16, 0.25, 0.1};
    double[] m = {1, 1, 1, 1, 1};
    int[] split = {1, 3, 29, 5, 7};
    double[] together = new double[5];
    table.logPerplexities(sigma, m, split, 0, 5, together);
    for (int i = 0; i < 5; i++) {
      ChannelState state = new ChannelState(sigma[i], 1);
      assertThat(table.logPerplexity(state, split[i], random).value()).isEqualTo(together[i]);
      if (i < 4) {
        assertThat(together[i])
            .isCloseTo(surrogate.expectedLogPerplexity(state, split[i]), within(2e-6));
      }
    }
    assertThat(table.layers()).isEqualTo(30);
    assertThat(table.cleanLogPerplexity()).isEqualTo(surrogate.cleanLogPerplexity());
  }

  @Test
  void asksOutsideOfItsRangesAreRefused() {
    ChannelRanges ranges = new ChannelRanges(new Range(0.04, 0.25), new Range(1, 2));
    TabulatedSurrogate table = new TabulatedSurrogate(surrogate, ranges, 4, 4);
    assertThatThrownBy(() -> table.logPerplexity(new ChannelState(0.3, 1), 3, random))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("sigma is 0.3");
    assertThatThrownBy(() -> table.logPerplexity(new ChannelState(0.1, 2.5), 3, random))
        .hasMessageContaining("m is 2.5");
    assertThatThrownBy(() -> table.logPerplexity(new ChannelState(0.1, 1), 30, random))
        .hasMessageContaining("split is 30");
    assertThatThrownBy(() -> new TabulatedSurrogate(surrogate, ranges, 1 << 14, 1 << 14))
        .hasMessageContaining("table is");
  }
}
