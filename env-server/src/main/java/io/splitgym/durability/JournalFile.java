package io.splitgym.durability;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file under a journal; something else in its place can fail as a full disk does. */
public interface JournalFile extends AutoCloseable {
  /** Adds bytes at the end. After a failure, some of them may be there. */
  void write(byte[] bytes, int from, int length) throws IOException;

  /** Drops what is behind so many bytes. */
  void cutBack(long size) throws IOException;

  @Override
  void close() throws IOException;

  /** Where journals get their files from. */
  @FunctionalInterface
  interface Source {
    /** Begins a file that isn't there yet. */
    JournalFile create(Path file) throws IOException;
  }

  /** A real one. */
  static JournalFile create(Path file) throws IOException {
    Files.createFile(file);
    // a FileChannel would close itself under a thread that is interrupted
    RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
    return new JournalFile() {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
      }

      @Override
      public void cutBack(long size) throws IOException {
        out.setLength(size);
        out.seek(size);
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }
}
