package io.splitgym.environment;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * All that changes in a {@link SplitInferenceEnvironment}: another one with the same model and
 * parameters that is given it goes on the same way.
 *
 * @param random the root of the randomness, as {@link io.splitgym.random.RandomStream#save} has it
 * @param episodes how many episodes have started from that root
 * @param episode the latest one; null before the first reset
 */
public record EnvironmentState(String random, long episodes, @Nullable Episode episode) {
  private static final int VERSION = 1;
  private static final String STATE = "state";

  public EnvironmentState {
    if (episodes < (episode == null ? 0 : 1)) {
      throw new InvalidValueException(
          "episodes", episodes, "at least " + (episode == null ? 0 : 1));
    }
    try {
      RandomStream.restore(random);
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException("random", random, "a saved random stream");
    }
  }

  /**
   * An episode, running or just over.
   *
   * @param start the channel state that it started in
   * @param now the channel state of the latest observation
   * @param split p of the latest observation
   * @param steps how many steps were taken
   * @param startLogPerplexity ln PPL at the start, where the reward needs it
   * @param asked the LLM's cells that the episode asked for
   */
  public record Episode(
      ChannelState start,
      ChannelState now,
      int split,
      int steps,
      OptionalDouble startLogPerplexity,
      CellsAsked asked) {

    /** Of a model that isn't an LLM. */
    public Episode(
        ChannelState start,
        ChannelState now,
        int split,
        int steps,
        OptionalDouble startLogPerplexity) {
      this(start, now, split, steps, startLogPerplexity, CellsAsked.NONE);
    }
  }

  /** What {@link #of} reads: a version, then the fields in their order. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(VERSION);
      out.writeUTF(random);
      out.writeLong(episodes);
      out.writeBoolean(episode != null);
      if (episode != null) {
        write(episode.start(), out);
        write(episode.now(), out);
        out.writeInt(episode.split());
        out.writeInt(episode.steps());
        out.writeBoolean(episode.startLogPerplexity().isPresent());
        if (episode.startLogPerplexity().isPresent()) {
          out.writeDouble(episode.startLogPerplexity().getAsDouble());
        }
        episode.asked().write(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws InvalidValueException unless these are the bytes of a state
   */
  static EnvironmentState of(byte[] bytes) {
    ByteArrayInputStream rest = new ByteArrayInputStream(bytes);
    DataInputStream in = new DataInputStream(rest);
    try {
      int version = in.readByte();
      if (version != VERSION) {
        throw new InvalidValueException(STATE, "of version " + version, "of version " + VERSION);
      }
      String random = in.readUTF();
      long episodes = in.readLong();
      Episode episode = null;
      if (in.readBoolean()) {
        episode =
            new Episode(
                readChannel(in),
                readChannel(in),
                in.readInt(),
                in.readInt(),
                in.readBoolean() ? OptionalDouble.of(in.readDouble()) : OptionalDouble.empty(),
                CellsAsked.read(in));
      }
      if (rest.available() > 0) {
        throw new InvalidValueException(
            STATE, bytes.length + " bytes", rest.available() + " bytes shorter");
      }
      return new EnvironmentState(random, episodes, episode);
    } catch (IOException e) {
      throw new InvalidValueException(STATE, bytes.length + " bytes", "a whole saved state");
    }
  }

  static void write(ChannelState state, DataOutputStream out) throws IOException {
    out.writeDouble(state.sigma());
    out.writeDouble(state.m());
  }

  static ChannelState readChannel(DataInputStream in) throws IOException {
    double sigma = in.readDouble();
    return new ChannelState(sigma, in.readDouble());
  }
}
