package io.splitgym.surrogate;

import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The surrogates that come with the program, fitted to measurements of SmolLM2-135M; these lie
 * beside them as CSV, so that anyone can fit them again.
 */
public final class ShippedSurrogates {
  private static final String MODEL = "smollm2-135m";

  private ShippedSurrogates() {}

  /** The channels that have a shipped surrogate, the default first. */
  public static List<String> channels() {
    return List.of(FadingAwgn.NAME, Erasure.NAME);
  }

  /**
   * Loads the surrogate of a channel.
   *
   * @param channel {@code fading-awgn} or {@code erasure}
   * @throws InvalidValueException if no surrogate of that channel is shipped
   */
  public static SurrogateModel load(String channel) {
    if (!channels().contains(channel)) {
      throw new InvalidValueException(
          "channel",
          channel,
          "one of "
              + String.join(", ", channels())
              + " with a shipped surrogate; another needs --surrogate FILE, or backend llm");
    }
    try {
      return SurrogateFile.read(bytes(channel, ".safetensors"));
    } catch (MalformedCheckpointException e) {
      throw new IllegalStateException("the shipped surrogate of " + channel + " can't be read", e);
    }
  }

  /**
   * The measurements that the surrogate of a channel was fitted to, as CSV.
   *
   * @param channel as for {@link #load}
   */
  public static String measurements(String channel) {
    return new String(bytes(channel, ".csv"), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String channel, String ending) {
    try (@Nullable InputStream stream =
        ShippedSurrogates.class.getResourceAsStream(MODEL + "-" + channel + ending)) {
      if (stream == null) {
        throw new InvalidValueException(
            "channel", channel, "one whose surrogate is shipped: this build has none for it");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("what is shipped of " + channel + " can't be read", e);
    }
  }
}
