package io.splitgym.perplexity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hidden states of every batch of windows after the layers asked for so far. In memory up to a
 * bound, beyond it in a temporary file up to another, which goes when the cache is closed. What was
 * used longest ago on disk makes room for what is new. Safe for use by several threads.
 */
final class HiddenStateCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HiddenStateCache.class);

  private record Place(int batch, int split) {}

  private record OnDisk(int slot, int windows, int valuesEach) {}

  /**
   * States that are kept.
   *
   * @param split after which layer they are
   * @param states the arrays may be the cache's own, not to be changed
   */
  record Found(int split, float[][] states) {}

  private final HiddenStateBounds bounds;
  private final long slotBytes;
  private final Map<Place, float[][]> inMemory = new HashMap<>();

  /** In the order of their last use, the one used longest ago first. */
  private final LinkedHashMap<Place, OnDisk> onDisk = new LinkedHashMap<>(16, 0.75f, true);

  private int mostSlots;
  private int slots;
  private long memory;
  private boolean closed;
  private @Nullable FileChannel channel;

  /**
   * @param mostValues float32 values in the largest batch's states
   */
  HiddenStateCache(HiddenStateBounds bounds, long mostValues) {
    this.bounds = bounds;
    this.slotBytes = mostValues * Float.BYTES;
    this.mostSlots = (int) Math.min(Integer.MAX_VALUE, bounds.disk() / slotBytes);
  }

  /** The batch's states after the deepest layer, at most that one, for which there are any. */
  synchronized Optional<Found> deepest(int batch, int atMost) {
    for (int split = atMost; split >= 1; split--) {
      Place place = new Place(batch, split);
      float[] @Nullable [] states = inMemory.get(place);
      if (states == null) {
        states = fromDisk(place);
      }
      if (states != null) {
        return Optional.of(new Found(split, states));
      }
    }
    return Optional.empty();
  }

  /**
   * Keeps states, if there is room for them.
   *
   * @param states B arrays of equal length, not to be changed any more
   */
  synchronized void put(int batch, int split, float[][] states) {
    Place place = new Place(batch, split);
    if (closed || inMemory.containsKey(place) || onDisk.containsKey(place)) {
      return;
    }
    long bytes = (long) states.length * states[0].length * Float.BYTES;
    if (memory + bytes <= bounds.memory()) {
      memory += bytes;
      inMemory.put(place, states);
      return;
    }
    @Nullable Integer slot = slot();
    if (slot != null) {
      write(place, new OnDisk(slot, states.length, states[0].length), states);
    }
  }

  /** Bytes that are kept in memory. */
  synchronized long memoryBytes() {
    return memory;
  }

  /** Bytes that the file may have grown to. */
  synchronized long diskBytes() {
    return slots * slotBytes;
  }

  private @Nullable Integer slot() {
    if (slots < mostSlots) {
      return slots++;
    }
    if (onDisk.isEmpty()) {
      return null;
    }
    Place oldest = onDisk.keySet().iterator().next();
    OnDisk freed = onDisk.remove(oldest);
    return freed == null ? null : freed.slot();
  }

  private void write(Place place, OnDisk at, float[][] states) {
    try {
      FileChannel open = open();
      long offset = at.slot() * slotBytes;
      ByteBuffer bytes = buffer(at.valuesEach());
      for (float[] state : states) {
        bytes.clear().asFloatBuffer().put(state);
        while (bytes.hasRemaining()) {
          offset += open.write(bytes, offset);
        }
      }
      onDisk.put(place, at);
    } catch (IOException e) {
      abandonDisk(e);
    }
  }

  private float @Nullable [][] fromDisk(Place place) {
    // get counts as use, containsKey doesn't
    @Nullable OnDisk at = onDisk.get(place);
    if (at == null) {
      return null;
    }
    try {
      FileChannel open = open();
      float[][] states = new float[at.windows()][at.valuesEach()];
      ByteBuffer bytes = buffer(at.valuesEach());
      long offset = at.slot() * slotBytes;
      for (float[] state : states) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          int count = open.read(bytes, offset);
          if (count < 0) {
            throw new IOException("the file of hidden states was cut short");
          }
          offset += count;
        }
        bytes.flip().asFloatBuffer().get(state);
      }
      return states;
    } catch (IOException e) {
      abandonDisk(e);
      return null;
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      Path fresh = Files.createTempFile("splitgym-hidden-states-", ".f32");
      open =
          FileChannel.open(
              fresh,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      channel = open;
    }
    return open;
  }

  /** A full disk, say, costs time, not the evaluation: all that was on it can be computed again. */
  private void abandonDisk(IOException reason) {
    LOG.warn("hidden states can't be kept on disk and are computed again: {}", reason.toString());
    onDisk.clear();
    slots = 0;
    mostSlots = 0;
    try {
      closeFile();
    } catch (IOException e) {
      LOG.warn("the file of hidden states can't be closed: {}", e.toString());
    }
  }

  private void closeFile() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }

  private static ByteBuffer buffer(int values) {
    return ByteBuffer.allocate(values * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  @Override
  public synchronized void close() {
    closed = true;
    inMemory.clear();
    onDisk.clear();
    memory = 0;
    try {
      closeFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
