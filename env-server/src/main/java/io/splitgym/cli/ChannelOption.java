package io.splitgym.cli;

import io.splitgym.channel.Channel;
import io.splitgym.channel.FadingAwgn;
import java.util.function.DoubleSupplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which channel: the mixin of every command that sends something through one. */
final class ChannelOption {
  @Option(
      names = "--channel",
      paramLabel = "NAME",
      defaultValue = FadingAwgn.NAME,
      description =
          "fading-awgn, erasure or one of your own on the class path (default: ${DEFAULT-VALUE}).")
  private String name = FadingAwgn.NAME;

  @Mixin private final ChannelParametersOption parameters = new ChannelParametersOption();

  /**
   * The channel that was asked for.
   *
   * @param modelsNoiseUnit asked only where it is needed
   */
  Channel channel(DoubleSupplier modelsNoiseUnit) {
    return parameters.of(name).channel(modelsNoiseUnit);
  }
}
