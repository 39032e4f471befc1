package io.splitgym.cli;

import io.splitgym.channel.Channel;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.validation.InvalidValueException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which channel: the mixin of every command that sends something through one. */
final class ChannelOption {
  @Option(
      names = "--channel",
      paramLabel = "NAME",
      defaultValue = FadingAwgn.NAME,
      description = "fading-awgn or erasure (default: ${DEFAULT-VALUE}).")
  private String name = FadingAwgn.NAME;

  @Option(
      names = "--noise-unit",
      paramLabel = "U",
      description =
          "fading-awgn: the noise's standard deviation at sigma = 1 (default: the model's own, 4"
              + " times the root mean square of the hidden state after layer 1).")
  private @Nullable Double noiseUnit;

  @Option(
      names = "--block-tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "fading-awgn: tokens that share one fading amplitude; 0 is a whole window.")
  private int blockTokens;

  @Option(
      names = "--not-equalised",
      description = "fading-awgn: the receiver does not divide by the fading amplitude.")
  private boolean notEqualised;

  @Option(
      names = "--packet-elements",
      paramLabel = "N",
      defaultValue = "1",
      description = "erasure: consecutive elements lost together (default: ${DEFAULT-VALUE}).")
  private int packetElements;

  /**
   * The channel that was asked for.
   *
   * @param modelsNoiseUnit asked only where it is needed
   */
  Channel channel(DoubleSupplier modelsNoiseUnit) {
    return switch (name) {
      case FadingAwgn.NAME ->
          new FadingAwgn(
              noiseUnit != null ? noiseUnit : modelsNoiseUnit.getAsDouble(),
              blockTokens,
              !notEqualised);
      case Erasure.NAME -> new Erasure(packetElements);
      default ->
          throw new InvalidValueException(
              "--channel", name, FadingAwgn.NAME + " or " + Erasure.NAME);
    };
  }
}
