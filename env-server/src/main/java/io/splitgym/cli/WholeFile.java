package io.splitgym.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Files that appear whole or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes the text as UTF-8, making the file's folder where it is missing. */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the bytes, making the file's folder where it is missing. */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(
        file,
        bytes,
        partial ->
            Files.move(
                partial,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING));
  }

  /**
   * Writes the text as UTF-8, unless there is a file already. Of several processes that do so at
   * the same time one writes.
   *
   * @return whether it was this one
   */
  public static boolean writeIfAbsent(Path file, String text) throws IOException {
    try {
      // a move would replace what another process has just written; a second name can't
      write(
          file, text.getBytes(StandardCharsets.UTF_8), partial -> Files.createLink(file, partial));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /**
   * Finds out whether the file could be written, making its folder where it is missing; a file that
   * is there stays as it is.
   *
   * @throws IOException if it couldn't
   */
  public static void tryOut(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a folder");
    }
    write(file, new byte[0], partial -> {});
  }

  /** Gives a file that is whole its name. */
  private interface Naming {
    void name(Path partial) throws IOException;
  }

  private static void write(Path file, byte[] bytes, Naming naming) throws IOException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      throw new IOException(file + " is a folder, not a file");
    }
    Path partial = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      Files.createDirectories(folder);
    } catch (FileSystemException e) {
      throw named(file, folder, e);
    }
    try {
      try {
        writeThrough(partial, bytes);
      } catch (FileSystemException e) {
        throw named(file, folder, e);
      }
      naming.name(partial);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** The same failure, of the file that was asked for. */
  private static FileSystemException named(Path file, Path folder, FileSystemException failure) {
    @Nullable String reason =
        failure instanceof AccessDeniedException ? "permission denied" : failure.getReason();
    FileSystemException told =
        new FileSystemException(
            file.toString(),
            null,
            "no file can be made in " + folder + (reason == null ? "" : ": " + reason));
    told.initCause(failure);
    return told;
  }

  /** On disk before the file has its name, so that no crash leaves an empty one under it. */
  private static void writeThrough(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }
}
