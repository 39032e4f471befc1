package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * A channel model. Where a channel has a <em>level</em>, one number stands for all that (sigma, m)
 * does to a window whose fading is known: perplexity is then measured over levels, and the fading
 * is integrated exactly by {@link #expectation}.
 */
public sealed interface Channel permits Erasure, FadingAwgn, ProvidedChannel {
  /** The name used on the command line and in requests. */
  String name();

  /** The parameters as text: with the name, what {@link #of} makes this channel from again. */
  SortedMap<String, String> parameters();

  /** The parameters by name as JSON values, in the form that requests give them. */
  Map<String, Object> settings();

  /** Name and parameters in a fixed form, such as {@code erasure(packetElements=1)}. */
  default String description() {
    String inside = parameters().toString();
    return name() + "(" + inside.substring(1, inside.length() - 1) + ")";
  }

  /**
   * Sends one window through the channel in that state; fading and noise come from the stream.
   *
   * @return how many bits were sent
   */
  long transmit(HiddenBlock hidden, ChannelState state, RandomStream noise);

  /** Whether a level suffices, that is, whether the two methods below may be called. */
  boolean hasLevel();

  /**
   * Sends one window through the channel at a known level.
   *
   * @return how many bits were sent
   * @throws IllegalStateException if the channel has no level
   */
  long transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise);

  /** Whether at level 0 the edge receives what was sent: a codec that rounds harms even there. */
  boolean exactAtLevelZero();

  /**
   * The mean over the fading of a function of the level.
   *
   * @param ofLevel defined on [0, infinity)
   * @throws IllegalStateException if the channel has no level
   */
  double expectation(ChannelState state, DoubleUnaryOperator ofLevel);

  /**
   * The channel of that name and those parameters.
   *
   * @param parameters all of them, as {@link #parameters} gives them
   * @throws InvalidValueException if the name is unknown, or a parameter is missing, unknown or out
   *     of range
   */
  static Channel of(String name, Map<String, String> parameters) {
    Map<String, String> left = new TreeMap<>(parameters);
    Channel channel =
        switch (name) {
          case Erasure.NAME -> Erasure.of(left);
          case FadingAwgn.NAME -> FadingAwgn.of(left);
          default -> ProvidedChannel.ofTexts(name, left);
        };
    if (!channel.parameters().keySet().equals(parameters.keySet())) {
      throw new InvalidValueException(
          "channel parameters", parameters.keySet(), channel.parameters().keySet().toString());
    }
    return channel;
  }
}
