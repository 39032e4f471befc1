package io.splitgym.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.core.RandomProviderDefaultState;
import org.apache.commons.rng.core.source64.L64X128Mix;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.jspecify.annotations.Nullable;

/**
 * A stream of random numbers with a place in a tree of names.
 *
 * <p>A child is derived from its parent's key and its own name, never from how much of the parent
 * was drawn, so streams can be consumed in any order and on any thread and still give the same
 * numbers. Keys are SHA-256 digests; numbers come from the generator L64X128Mix (Steele and Vigna,
 * "LXM: better splittable pseudorandom number generators", OOPSLA 2021). An instance is not safe
 * for use by several threads at once; give each thread a child.
 */
public final class RandomStream {
  /** The length of a {@link #key}. */
  public static final int KEY_BYTES = 32;

  /** Only ever copied. */
  private static final MessageDigest UNUSED_SHA_256 = freshSha256();

  private final @Nullable Derivation derivation;

  // published safely: a child may be named on one thread and have its key asked for on another
  private volatile byte @Nullable [] key;

  private @Nullable Generator generator;

  /** What a key follows from, for streams that may never be drawn from. */
  private record Derivation(RandomStream parent, String name, long index) {}

  private record Generator(
      RestorableUniformRandomProvider uniform, ZigguratSampler.NormalizedGaussian gaussian) {
    static Generator of(byte[] key) {
      ByteBuffer words = ByteBuffer.wrap(key);
      long[] seed = {words.getLong(), words.getLong(), words.getLong(), words.getLong()};
      // as RandomSource makes it, without its reflection: vectors begin many streams at each step
      RestorableUniformRandomProvider uniform = new L64X128Mix(seed);
      return new Generator(uniform, ZigguratSampler.NormalizedGaussian.of(uniform));
    }
  }

  private RandomStream(byte[] key) {
    this.key = key;
    this.derivation = null;
  }

  private RandomStream(Derivation derivation) {
    this.derivation = derivation;
  }

  /** The root of a tree of streams. Any seed will do, zero and negative ones too. */
  public static RandomStream ofSeed(long seed) {
    return new RandomStream(digest(new byte[0], "seed", seed));
  }

  /** The child of that name: the same for the same parent, name and nothing else. */
  public RandomStream named(String name) {
    return named(name, 0);
  }

  /** The child of that name and number, such as window 7 of the noise. */
  public RandomStream named(String name, long index) {
    return new RandomStream(new Derivation(this, name, index));
  }

  /** Uniform over all longs. */
  public long nextLong() {
    return generator().uniform().nextLong();
  }

  /** Uniform in [0, 1). */
  public double nextDouble() {
    return generator().uniform().nextDouble();
  }

  /** Uniform in [low, high); {@code low} itself where the two are equal. */
  public double nextUniform(double low, double high) {
    return low + (high - low) * generator().uniform().nextDouble();
  }

  /** Uniform over the integers of [low, high], both ends included. */
  public int nextInteger(int low, int high) {
    return low + generator().uniform().nextInt(high - low + 1);
  }

  /** Standard normal. */
  public double nextGaussian() {
    return generator().gaussian().sample();
  }

  /** Gamma with that shape and scale, both above 0. */
  public double nextGamma(double shape, double scale) {
    return AhrensDieterMarsagliaTsangGammaSampler.of(generator().uniform(), shape, scale).sample();
  }

  /**
   * Its place in the tree, {@value #KEY_BYTES} bytes: what its children follow from, whatever was
   * drawn from it.
   */
  public byte[] key() {
    return secret().clone();
  }

  /**
   * The stream at that place in the tree, with nothing drawn from it yet.
   *
   * @param keys holds the {@link #key} from {@code from} on
   */
  public static RandomStream ofKey(byte[] keys, int from) {
    return new RandomStream(Arrays.copyOfRange(keys, from, from + KEY_BYTES));
  }

  /** The stream's whole state as text, for {@link #restore}. */
  public String save() {
    byte[] state = ((RandomProviderDefaultState) generator().uniform().saveState()).getState();
    ByteBuffer whole = ByteBuffer.allocate(KEY_BYTES + state.length).put(secret()).put(state);
    return Base64.getEncoder().encodeToString(whole.array());
  }

  /**
   * A stream that continues where the saved one stood.
   *
   * @throws IllegalArgumentException if the text is not what {@link #save} wrote
   */
  public static RandomStream restore(String saved) {
    byte[] whole = Base64.getDecoder().decode(saved);
    if (whole.length <= KEY_BYTES) {
      throw new IllegalArgumentException("not a saved random stream: " + whole.length + " bytes");
    }
    byte[] key = Arrays.copyOf(whole, KEY_BYTES);
    RandomStream stream = new RandomStream(key);
    byte[] state = Arrays.copyOfRange(whole, KEY_BYTES, whole.length);
    try {
      stream.generator().uniform().restoreState(new RandomProviderDefaultState(state));
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("not a saved random stream", e);
    }
    return stream;
  }

  private Generator generator() {
    Generator present = generator;
    if (present == null) {
      present = Generator.of(secret());
      generator = present;
    }
    return present;
  }

  private byte[] secret() {
    byte[] present = key;
    if (present == null) {
      Derivation from = Objects.requireNonNull(derivation);
      present = digest(from.parent().secret(), from.name(), from.index());
      key = present;
    }
    return present;
  }

  private static byte[] digest(byte[] parent, String name, long index) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer message =
        ByteBuffer.allocate(parent.length + Integer.BYTES + text.length + Long.BYTES)
            .put(parent)
            .putInt(text.length)
            .put(text)
            .putLong(index);
    return sha256().digest(message.array());
  }

  /** A copy costs less than a search among the platform's providers. */
  private static MessageDigest sha256() {
    try {
      return (MessageDigest) UNUSED_SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      return freshSha256();
    }
  }

  private static MessageDigest freshSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
