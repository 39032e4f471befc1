package io.splitgym.cli;

import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ProvidedChannel;
import io.splitgym.channel.TransportChoice;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a channel is like: the mixin of every command that lets its user choose one. */
public final class ChannelParametersOption {
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
      description =
          "fading-awgn: tokens that share one fading amplitude; 0 is a whole window (default: 0).")
  private @Nullable Integer blockTokens;

  @Option(
      names = "--not-equalised",
      description = "fading-awgn: the receiver does not divide by the fading amplitude.")
  private boolean notEqualised;

  @Option(
      names = "--packet-elements",
      paramLabel = "N",
      description = "erasure: consecutive elements lost together (default: 1).")
  private @Nullable Integer packetElements;

  @Option(
      names = "--packet-bytes",
      paramLabel = "N",
      description =
          "erasure: a packet's size in bytes, as many elements as fit into it are lost together; 0"
              + " counts packets in elements (default: 0).")
  private @Nullable Integer packetBytes;

  @Option(
      names = "--concealment",
      paramLabel = "NAME",
      description =
          "erasure: what the receiver puts in place of a lost packet: zero, or repeat for each"
              + " element's value when it last arrived, protected ones too (default: zero).")
  private @Nullable String concealment;

  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description =
          "How an element is sent: f32, f16, bf16, int8 or int4, the integers with a scale for each"
              + " token (default: f32).")
  private @Nullable String codec;

  @Option(
      names = "--protect-greatest",
      paramLabel = "N",
      description =
          "Send each token's N elements of the greatest magnitude reliably, index and float32; 0 is"
              + " none (default: 0).")
  private @Nullable Integer protectGreatest;

  @Option(
      names = "--protect-above",
      paramLabel = "R",
      description =
          "Send reliably the elements of more than R times their token's median magnitude; 0 is none"
              + " (default: 0).")
  private @Nullable Double protectAbove;

  @Option(
      names = "--channel-parameter",
      paramLabel = "NAME=VALUE",
      description = "A channel of your own: its parameters; may be given several times.")
  private Map<String, String> provided = Map.of();

  /**
   * The channel of that name with what was given on the command line.
   *
   * @throws io.splitgym.validation.InvalidValueException if it has no such parameter
   */
  public ChannelChoice of(String name) {
    return new ChannelChoice(
        name,
        noiseUnit,
        blockTokens,
        notEqualised ? Boolean.FALSE : null,
        new TransportChoice(
            codec, packetElements, packetBytes, concealment, protectGreatest, protectAbove),
        ChannelChoice.providedOfTexts(name, provided),
        ProvidedChannel::providers);
  }
}
