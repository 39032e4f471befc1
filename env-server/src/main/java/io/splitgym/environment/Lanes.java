package io.splitgym.environment;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What {@link EnvironmentState} holds of one environment, of many in arrays: about 100 bytes for
 * each. Written while a call works on a copy of its own, and only read from then on.
 */
final class Lanes {
  /** The {@link #steps} of one that was never reset. */
  static final int NEVER_RESET = -1;

  private static final int VERSION = 1;
  private static final String STATE = "state";

  final int count;

  /** Keys of the roots of the randomness, one behind another. */
  final byte[] roots;

  final long[] episodes;
  final double[] startSigma;
  final double[] startM;
  final double[] sigma;
  final double[] m;
  final int[] split;

  /** Taken in the present episode, or {@link #NEVER_RESET}. */
  final int[] steps;

  /** ln PPL at the start; null unless the reward needs it. */
  final double @Nullable [] startLogPerplexity;

  /** Of an LLM; null with a model that predicts. */
  final CellsAsked @Nullable [] asked;

  private Lanes(
      byte[] roots,
      long[] episodes,
      double[] startSigma,
      double[] startM,
      double[] sigma,
      double[] m,
      int[] split,
      int[] steps,
      double @Nullable [] startLogPerplexity,
      CellsAsked @Nullable [] asked) {
    this.count = steps.length;
    this.roots = roots;
    this.episodes = episodes;
    this.startSigma = startSigma;
    this.startM = startM;
    this.sigma = sigma;
    this.m = m;
    this.split = split;
    this.steps = steps;
    this.startLogPerplexity = startLogPerplexity;
    this.asked = asked;
  }

  /**
   * Environments that were never reset.
   *
   * @param needsStart whether ln PPL at the start is kept
   * @param asks whether the cells that are asked for are kept
   */
  static Lanes of(int count, boolean needsStart, boolean asks) {
    CellsAsked[] asked = null;
    if (asks) {
      asked = new CellsAsked[count];
      Arrays.fill(asked, CellsAsked.NONE);
    }
    int[] steps = new int[count];
    Arrays.fill(steps, NEVER_RESET);
    return new Lanes(
        new byte[count * RandomStream.KEY_BYTES],
        new long[count],
        new double[count],
        new double[count],
        new double[count],
        new double[count],
        new int[count],
        steps,
        needsStart ? new double[count] : null,
        asked);
  }

  /** A copy to write to, but for the roots, which it shares: only a reset changes these. */
  Lanes copy() {
    return copy(roots);
  }

  /** A copy to write to. */
  Lanes copyToSeed() {
    return copy(roots.clone());
  }

  private Lanes copy(byte[] withRoots) {
    return new Lanes(
        withRoots,
        episodes.clone(),
        startSigma.clone(),
        startM.clone(),
        sigma.clone(),
        m.clone(),
        split.clone(),
        steps.clone(),
        startLogPerplexity == null ? null : startLogPerplexity.clone(),
        asked == null ? null : asked.clone());
  }

  RandomStream root(int lane) {
    return RandomStream.ofKey(roots, lane * RandomStream.KEY_BYTES);
  }

  void setRoot(int lane, RandomStream root) {
    System.arraycopy(root.key(), 0, roots, lane * RandomStream.KEY_BYTES, RandomStream.KEY_BYTES);
  }

  /** The present episode's randomness. */
  RandomStream randomness(int lane) {
    return root(lane).named("episode", episodes[lane] - 1);
  }

  /** What {@link #of(byte[], Lanes)} reads: a version, how many, then each array. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(VERSION);
      out.writeInt(count);
      out.write(roots);
      write(episodes, out);
      for (double[] values : new double[][] {startSigma, startM, sigma, m}) {
        write(values, out);
      }
      write(split, out);
      write(steps, out);
      out.writeBoolean(startLogPerplexity != null);
      if (startLogPerplexity != null) {
        write(startLogPerplexity, out);
      }
      out.writeBoolean(asked != null);
      if (asked != null) {
        for (CellsAsked cells : asked) {
          cells.write(out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @param like has the same size and keeps the same
   * @throws InvalidValueException unless these are the bytes of such lanes
   */
  static Lanes of(byte[] bytes, Lanes like) {
    ByteArrayInputStream rest = new ByteArrayInputStream(bytes);
    DataInputStream in = new DataInputStream(rest);
    Lanes lanes = of(like.count, like.startLogPerplexity != null, like.asked != null);
    try {
      int version = in.readByte();
      if (version != VERSION) {
        throw new InvalidValueException(STATE, "of version " + version, "of version " + VERSION);
      }
      int count = in.readInt();
      if (count != like.count) {
        throw new InvalidValueException(
            STATE, "of " + count + " environments", "of " + like.count + " environments");
      }
      in.readFully(lanes.roots);
      read(in, lanes.episodes);
      for (double[] values :
          new double[][] {lanes.startSigma, lanes.startM, lanes.sigma, lanes.m}) {
        read(in, values);
      }
      read(in, lanes.split);
      read(in, lanes.steps);
      requireSame("start's ln PPL", in.readBoolean(), lanes.startLogPerplexity != null);
      if (lanes.startLogPerplexity != null) {
        read(in, lanes.startLogPerplexity);
      }
      if (in.readBoolean()) {
        for (int lane = 0; lane < count; lane++) {
          CellsAsked cells = CellsAsked.read(in);
          if (lanes.asked != null) {
            lanes.asked[lane] = cells;
          } else {
            requireSame("cells", !cells.cells().isEmpty(), false);
          }
        }
      }
      if (rest.available() > 0) {
        throw new InvalidValueException(
            STATE, bytes.length + " bytes", rest.available() + " bytes shorter");
      }
    } catch (IOException e) {
      throw new InvalidValueException(STATE, bytes.length + " bytes", "a whole saved state");
    }
    return lanes;
  }

  private static void requireSame(String what, boolean there, boolean expected) {
    if (there != expected) {
      throw new InvalidValueException(
          STATE, (there ? "with " : "without ") + what, (expected ? "with " : "without ") + what);
    }
  }

  private static void write(double[] values, DataOutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    out.write(bytes.array());
  }

  private static void write(long[] values, DataOutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    out.write(bytes.array());
  }

  private static void write(int[] values, DataOutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    out.write(bytes.array());
  }

  private static void read(DataInputStream in, double[] into) throws IOException {
    DoubleBuffer values = whole(in, into.length * Double.BYTES).asDoubleBuffer();
    values.get(into);
  }

  private static void read(DataInputStream in, long[] into) throws IOException {
    LongBuffer values = whole(in, into.length * Long.BYTES).asLongBuffer();
    values.get(into);
  }

  private static void read(DataInputStream in, int[] into) throws IOException {
    IntBuffer values = whole(in, into.length * Integer.BYTES).asIntBuffer();
    values.get(into);
  }

  private static ByteBuffer whole(DataInputStream in, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
