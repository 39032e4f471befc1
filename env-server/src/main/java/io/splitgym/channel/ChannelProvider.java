package io.splitgym.channel;

import io.splitgym.extension.Extension;
import io.splitgym.extension.Parameters;

/** Adds a channel, which {@code channel} and {@code --channel} then ask for by its name. */
public interface ChannelProvider extends Extension {
  /**
   * The channel with those parameters.
   *
   * @param parameters all that {@link #parameters()} tells of
   * @throws io.splitgym.validation.InvalidValueException if they don't go together
   */
  ChannelFunction channel(Parameters parameters);
}
