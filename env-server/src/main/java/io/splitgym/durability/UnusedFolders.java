package io.splitgym.durability;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** Folders of logs beside one another, whether a process has them or not. */
public final class UnusedFolders {
  private UnusedFolders() {}

  /**
   * One of them.
   *
   * @param process that has it now; empty if none does
   * @param lastUsed when something in it was written last
   * @param bytes that its files take
   */
  public record Found(Path folder, OptionalLong process, Instant lastUsed, long bytes) {}

  /**
   * The folders under that one, by name; none where it is missing. What isn't a log is left out.
   */
  public static List<Found> under(Path parent) throws IOException {
    List<Found> found = new ArrayList<>();
    if (!Files.isDirectory(parent)) {
      return found;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, Files::isDirectory)) {
      for (Path folder : folders) {
        if (Files.exists(folder.resolve(FolderLock.LOCK))) {
          found.add(of(folder));
        }
      }
    }
    found.sort(Comparator.comparing(one -> one.folder().toString()));
    return found;
  }

  /**
   * Removes a folder and all sessions in it.
   *
   * @throws FolderTakenException if a process has it
   */
  public static void remove(Path folder) throws IOException {
    try (FolderLock lock = FolderLock.take(folder)) {
      lock.removeFolder();
    }
  }

  private static Found of(Path folder) throws IOException {
    long bytes = 0;
    Instant lastUsed = Files.getLastModifiedTime(folder).toInstant();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        try {
          bytes += Files.size(file);
          Instant written = Files.getLastModifiedTime(file).toInstant();
          lastUsed = written.isAfter(lastUsed) ? written : lastUsed;
        } catch (NoSuchFileException e) {
          // its process has just removed it
          continue;
        }
      }
    }
    return new Found(folder, FolderLock.process(folder), lastUsed, bytes);
  }
}
