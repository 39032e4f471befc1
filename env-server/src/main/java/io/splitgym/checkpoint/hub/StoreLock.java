package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to write one model, held by one process at a time. The system takes it back from a
 * process that dies. The file itself stays: deleting it would let two processes lock two files.
 */
final class StoreLock implements AutoCloseable {
  private static final int POLL_MILLIS = 100;

  private final FileChannel channel;

  private StoreLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Waits until nobody else holds the lock. */
  static StoreLock acquire(Path file, PullListener listener) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      for (boolean told = false; tryLock(channel) == null; told = true) {
        if (!told) {
          listener.note("waiting for another pull of the same model");
        }
        Thread.sleep(POLL_MILLIS);
      }
      return new StoreLock(channel);
    } catch (InterruptedException e) {
      channel.close();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another pull was running");
    } catch (IOException e) {
      channel.close();
      throw new IOException("can't lock " + file + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // A thread of this very process holds it, which file locks don't wait for.
      return null;
    }
  }

  /** Closing the channel gives the lock back. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
