package io.splitgym.checkpoint;

import java.io.IOException;
import java.io.InputStream;
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

  byte[] copy(long at, int length) {
    byte[] bytes = new byte[length];
    copy(at, bytes, 0, length);
    return bytes;
  }

  /** Copies so many bytes into an array, across pages where it must. */
  void copy(long at, byte[] into, int offset, int length) {
    for (int done = 0; done < length; ) {
      MappedByteBuffer page = page(at + done);
      int place = place(at + done);
      int now = Math.min(length - done, page.limit() - place);
      page.get(place, into, offset + done, now);
      done += now;
    }
  }

  /** A stretch of the file as a stream; closing it does nothing. */
  InputStream stream(long from, long length) {
    return new InputStream() {
      private long at = from;

      @Override
      public int read() {
        return at == from + length ? -1 : int8(at++) & 0xFF;
      }

      @Override
      public int read(byte[] into, int offset, int most) {
        if (at == from + length) {
          return -1;
        }
        int now = (int) Math.min(most, from + length - at);
        copy(at, into, offset, now);
        at += now;
        return now;
      }
    };
  }

  private MappedByteBuffer page(long at) {
    return pages.get((int) (at >> SHIFT));
  }

  private static int place(long at) {
    return (int) (at & (1L << SHIFT) - 1);
  }
}
