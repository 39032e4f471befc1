package io.splitgym.durability;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One process at a time has a folder. The lock is the operating system's, so it ends with its
 * process, however that ends; a second file says who has it.
 */
final class FolderLock implements AutoCloseable {
  static final String LOCK = "lock";
  private static final String HOLDER = "holder";

  private final Path holder;
  private final FileChannel channel;

  private FolderLock(Path holder, FileChannel channel) {
    this.holder = holder;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder that is there.
   *
   * @throws FolderTakenException if a process that runs has it, this one included
   */
  static FolderLock take(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path holder = folder.resolve(HOLDER);
    ProcessHandle self = ProcessHandle.current();
    List<String> told = told(holder);
    if (told.equals(lines(self))) {
      // to open and close the file once more in this process would give the lock away
      throw new FolderTakenException(folder, told.get(0));
    }
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new FolderTakenException(folder, told.isEmpty() ? "unknown" : told.get(0));
      }
      if (!Files.exists(folder.resolve(LOCK))) {
        // the folder was removed between the opening of the file and its lock
        channel.close();
        return take(folder);
      }
      Files.write(holder, lines(self));
      return new FolderLock(holder, channel);
    } catch (IOException | FolderTakenException e) {
      channel.close();
      throw e;
    }
  }

  /** The process that has the folder, if one does that runs; takes no lock. */
  static OptionalLong process(Path folder) throws IOException {
    List<String> told = told(folder.resolve(HOLDER));
    if (told.isEmpty()) {
      return OptionalLong.empty();
    }
    long id = Long.parseLong(told.get(0));
    boolean runs = ProcessHandle.of(id).map(process -> lines(process).equals(told)).orElse(false);
    return runs ? OptionalLong.of(id) : OptionalLong.empty();
  }

  /** Removes the folder and all in it; the lock goes last. */
  void removeFolder() throws IOException {
    Path folder = holder.toAbsolutePath().getParent();
    Path lock = holder.resolveSibling(LOCK);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!file.getFileName().equals(lock.getFileName())) {
          Files.delete(file);
        }
      }
    }
    Files.delete(lock);
    Files.delete(folder);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(holder);
    channel.close();
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static List<String> told(Path holder) throws IOException {
    return Files.exists(holder) ? Files.readAllLines(holder) : List.of();
  }

  /** The start tells a process from a later one that got its number. */
  private static List<String> lines(ProcessHandle process) {
    return List.of(
        Long.toString(process.pid()),
        Long.toString(process.info().startInstant().map(Instant::toEpochMilli).orElse(0L)));
  }
}
