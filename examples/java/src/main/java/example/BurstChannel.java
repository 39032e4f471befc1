package example;

import io.splitgym.channel.ChannelFunction;
import io.splitgym.channel.ChannelProvider;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.HiddenBlock;
import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Whole tokens are lost, in bursts: a Gilbert-Elliott channel (Gilbert, "Capacity of a burst-noise
 * channel", 1960) whose bad state loses everything and whose good state nothing. In the long run a
 * share q of the tokens is lost, q being the outage of the channel {@code erasure} at the same sigma
 * and m, and a burst has {@code burstTokens} tokens on average. So q is the level: all that sigma and
 * m do, they do through it.
 */
public final class BurstChannel implements ChannelProvider {
  @Override
  public String name() {
    return "bursts";
  }

  @Override
  public String description() {
    return "Whole tokens become zero, in bursts; the share that is lost is that of erasure.";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        new Parameter.Number("burstTokens", 4, 1, 1000, "The mean length of a burst."));
  }

  @Override
  public ChannelFunction channel(Parameters parameters) {
    double length = parameters.number("burstTokens");
    return new ChannelFunction() {
      @Override
      public void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
        transmitAtLevel(hidden, lossProbability(state), noise);
      }

      @Override
      public boolean hasLevel() {
        return true;
      }

      @Override
      public void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
        // a burst ends with probability 1 / length, and begins so often that the share is right
        double ends = 1 / length;
        double begins = level >= 1 ? 1 : Math.min(1, level * ends / (1 - level));
        boolean bad = noise.nextDouble() < level;
        for (int token = 0; token < hidden.tokens(); token++) {
          if (bad) {
            int from = token * hidden.width();
            Arrays.fill(hidden.values(), from, from + hidden.width(), 0f);
          }
          bad = noise.nextDouble() < (bad ? 1 - ends : begins);
        }
      }

      @Override
      public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
        return ofLevel.applyAsDouble(lossProbability(state));
      }
    };
  }

  private static double lossProbability(ChannelState state) {
    return new Erasure(1).lossProbability(state);
  }
}
