package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A little-endian file mapped into memory, whatever its size: one buffer for each GiB, overlapping
 * by a few bytes so that no number straddles two. The mapping lives as long as the object is
 * reachable.
 */
final class MappedBytes {
  private static final int SHIFT = 30;
  private static final int OVERLAP = 8;

  private final long size;
  private final List<MappedByteBuffer> pages;

  private MappedBytes(long size, List<MappedByteBuffer> pages) {
    this.size = size;
    this.pages = pages;
  }

  static MappedBytes of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      List<MappedByteBuffer> pages = new ArrayList<>();
      for (long from = 0; from < size; from += 1L << SHIFT) {
        long length = Math.min((1L << SHIFT) + OVERLAP, size - from);
        MappedByteBuffer page = channel.map(FileChannel.MapMode.READ_ONLY, from, length);
        page.order(ByteOrder.LITTLE_ENDIAN);
        pages.add(page);
      }
      return new MappedBytes(size, pages);
    }
  }

  long size() {
    return size;
  }

  byte int8(long at) {
    return page(at).get(place(at));
  }

  int int16(long at) {
    return page(at).getShort(place(at)) & 0xFFFF;
  }

  int int32(long at) {
    return page(at).getInt(place(at));
  }

  long int64(long at) {
    return page(at).getLong(place(at));
  }

  float float32(long at) {
    return page(at).getFloat(place(at));
  }

  byte[] copy(long at, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = int8(at + i);
    }
    return bytes;
  }

  private MappedByteBuffer page(long at) {
    return pages.get((int) (at >> SHIFT));
  }

  private static int place(long at) {
    return (int) (at & (1L << SHIFT) - 1);
  }
}
