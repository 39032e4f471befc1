package io.splitgym.durability;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A file that is only ever appended to: eight bytes that name the format, then records, each with
 * its length and checksum before it. What {@link #append} wrote is with the operating system when
 * it returns, so it outlives the process, though not a loss of power. Not safe for use by several
 * threads.
 */
final class Journal implements AutoCloseable {
  /** "SpGmJrn", then the version. */
  private static final long FORMAT = 0x5370476d4a726e01L;

  private static final int HEAD = 2 * Integer.BYTES;
  private static final int BUFFER = 1 << 12;
  private static final int MOST_RECORD = 1 << 29;

  private final Path file;
  private final JournalFile out;
  private final CRC32C checksum = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long size;
  private boolean broken;

  private Journal(Path file, JournalFile out) {
    this.file = file;
    this.out = out;
  }

  /** Begins a file that isn't there yet. */
  static Journal create(Path file, JournalFile.Source files) throws IOException {
    JournalFile out = files.create(file);
    try {
      Journal journal = new Journal(file, out);
      out.write(ByteBuffer.allocate(Long.BYTES).putLong(FORMAT).array(), 0, Long.BYTES);
      journal.size = Long.BYTES;
      return journal;
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  /**
   * Adds a record with one write.
   *
   * @throws DurabilityException if it can't be written; then nothing of it is there
   */
  void append(JournalRecord.Kind kind, UUID trail, long number, byte[] body) {
    if (broken) {
      throw new DurabilityException(file + " can't be written since an earlier failure", null);
    }
    int most = HEAD + JournalRecord.mostBytes(body.length);
    ByteBuffer into = most <= BUFFER ? buffer.clear() : ByteBuffer.allocate(most);
    into.position(HEAD);
    JournalRecord.write(into, kind, trail, number, body);
    int length = into.position() - HEAD;
    checksum.reset();
    checksum.update(into.array(), HEAD, length);
    into.putInt(0, length).putInt(Integer.BYTES, (int) checksum.getValue());
    try {
      out.write(into.array(), 0, HEAD + length);
    } catch (IOException e) {
      cutBack();
      throw new DurabilityException(file + " can't be written: " + e.getMessage(), e);
    }
    size += HEAD + length;
  }

  /** So many bytes. */
  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /**
   * Reads the records of a file from its start to the first that isn't whole: what a killed process
   * left behind it never answered for.
   *
   * @return how many bytes at the end were left out
   */
  static long read(Path file, Consumer<JournalRecord> records) throws IOException {
    long size = Files.size(file);
    long whole = 0;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      if (in.readLong() != FORMAT) {
        throw new DurabilityException(file + " is not a journal of this version", null);
      }
      whole = Long.BYTES;
      CRC32C checksum = new CRC32C();
      while (whole + HEAD <= size) {
        int length = in.readInt();
        int expected = in.readInt();
        if (length <= 0 || length > Math.min(MOST_RECORD, size - whole - HEAD)) {
          break;
        }
        byte[] bytes = in.readNBytes(length);
        checksum.reset();
        checksum.update(bytes, 0, bytes.length);
        if (bytes.length < length || (int) checksum.getValue() != expected) {
          break;
        }
        records.accept(JournalRecord.read(bytes));
        whole += HEAD + length;
      }
    } catch (EOFException e) {
      // killed before the first eight bytes were there
      return size;
    }
    return size - whole;
  }

  /** Half a record would hide what follows it from the reader. */
  private void cutBack() {
    try {
      out.cutBack(size);
    } catch (IOException e) {
      broken = true;
    }
  }
}
