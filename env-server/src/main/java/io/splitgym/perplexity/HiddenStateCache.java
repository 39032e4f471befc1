package io.splitgym.perplexity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The hidden states of every batch of windows after the layers asked for so far. In memory up to a
 * bound, beyond it in a temporary file, which goes when the cache is closed.
 */
final class HiddenStateCache implements AutoCloseable {
  private record Place(int batch, int split) {}

  private sealed interface Kept {
    record InMemory(float[][] states) implements Kept {}

    record OnDisk(long offset, int windows, int valuesEach) implements Kept {}
  }

  private final long memoryBound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Place, Kept> kept = new HashMap<>();
  private long memory;
  private long fileEnd;
  private @Nullable Path file;
  private @Nullable FileChannel channel;

  /**
   * @param memoryBound bytes that may stay in memory
   */
  HiddenStateCache(long memoryBound) {
    this.memoryBound = memoryBound;
  }

  /** The deepest layer, at most that one, after which the batch's states are kept. */
  OptionalInt deepest(int batch, int atMost) {
    lock.lock();
    try {
      for (int split = atMost; split >= 1; split--) {
        if (kept.containsKey(new Place(batch, split))) {
          return OptionalInt.of(split);
        }
      }
      return OptionalInt.empty();
    } finally {
      lock.unlock();
    }
  }

  /** The states; the arrays are the cache's own, not to be changed. */
  float[][] get(int batch, int split) {
    Kept found;
    lock.lock();
    try {
      found = kept.get(new Place(batch, split));
    } finally {
      lock.unlock();
    }
    if (found instanceof Kept.InMemory inMemory) {
      return inMemory.states();
    }
    if (found instanceof Kept.OnDisk onDisk) {
      return read(onDisk);
    }
    throw new IllegalStateException("no states of batch " + batch + " after layer " + split);
  }

  void put(int batch, int split, float[][] states) {
    long bytes = (long) states.length * states[0].length * Float.BYTES;
    lock.lock();
    try {
      Place place = new Place(batch, split);
      if (kept.containsKey(place)) {
        return;
      }
      if (memory + bytes <= memoryBound) {
        memory += bytes;
        kept.put(place, new Kept.InMemory(states));
      } else {
        kept.put(place, write(states));
      }
    } finally {
      lock.unlock();
    }
  }

  private Kept.OnDisk write(float[][] states) {
    try {
      FileChannel open = channel;
      if (open == null) {
        Path fresh = Files.createTempFile("splitgym-hidden-states-", ".f32");
        open =
            FileChannel.open(
                fresh,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        file = fresh;
        channel = open;
      }
      Kept.OnDisk place = new Kept.OnDisk(fileEnd, states.length, states[0].length);
      ByteBuffer bytes = buffer(states[0].length);
      for (float[] state : states) {
        bytes.clear().asFloatBuffer().put(state);
        while (bytes.hasRemaining()) {
          fileEnd += open.write(bytes, fileEnd);
        }
      }
      return place;
    } catch (IOException e) {
      throw new UncheckedIOException("hidden states can't be kept on disk", e);
    }
  }

  private float[][] read(Kept.OnDisk place) {
    FileChannel open = channel;
    if (open == null) {
      throw new IllegalStateException("the cache is closed");
    }
    float[][] states = new float[place.windows()][place.valuesEach()];
    ByteBuffer bytes = buffer(place.valuesEach());
    long at = place.offset();
    try {
      for (float[] state : states) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          int count = open.read(bytes, at);
          if (count < 0) {
            throw new IOException("the file of hidden states was cut short");
          }
          at += count;
        }
        FloatBuffer floats = bytes.flip().asFloatBuffer();
        floats.get(state);
      }
      return states;
    } catch (IOException e) {
      throw new UncheckedIOException("hidden states can't be read back", e);
    }
  }

  private static ByteBuffer buffer(int values) {
    return ByteBuffer.allocate(values * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      kept.clear();
      memory = 0;
      if (channel != null) {
        channel.close();
      }
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
