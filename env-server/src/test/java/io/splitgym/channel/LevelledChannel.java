package io.splitgym.channel;

import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * A channel that somebody else provides, with a level: noise, half of the time of twice the
 * amplitude.
 */
public final class LevelledChannel implements ChannelProvider {
  public static final String NAME = "levelled";

  private static final double UNIT = 8;

  /** The channel itself, where this is on the class path. */
  public static Channel chosen() {
    return ProvidedChannel.of(ProvidedChannel.providers(), NAME, Map.of());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Adds noise, or twice as much.";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public ChannelFunction channel(Parameters parameters) {
    return new ChannelFunction() {
      @Override
      public void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
        double fade = noise.nextDouble() < 0.5 ? 1 : 2;
        transmitAtLevel(hidden, fade * UNIT * state.sigma(), noise);
      }

      @Override
      public boolean hasLevel() {
        return true;
      }

      @Override
      public void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
        float[] values = hidden.values();
        for (int i = 0; i < values.length; i++) {
          values[i] += (float) (level * noise.nextGaussian());
        }
      }

      @Override
      public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
        double level = UNIT * state.sigma();
        return (ofLevel.applyAsDouble(level) + ofLevel.applyAsDouble(2 * level)) / 2;
      }
    };
  }
}
