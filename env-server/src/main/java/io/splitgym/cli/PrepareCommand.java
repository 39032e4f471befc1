package io.splitgym.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes later starts faster. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    description = {
      "Makes later starts faster, for this Java: writes the classes that serving needs into an"
          + " archive that the virtual machine maps instead of reading, parsing and checking them.",
      "",
      "To be repeated after another Java was installed. An archive that doesn't fit is left aside."
    })
final class PrepareCommand implements Callable<Integer> {
  private static final long DUMP_SECONDS = 120;

  @Mixin private final OutputOption output = new OutputOption();

  /** What one archive is. */
  private record Report(String archive, long bytes) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path archive = Path.of(property("splitgym.archive"));
    Path folder = archive.toAbsolutePath().normalize().getParent();
    if (folder == null || !Files.isWritable(folder)) {
      throw new CommandFailedException(
          "the archive belongs beside the program, and " + folder + " can't be written to");
    }
    Path work = Files.createTempDirectory(folder, ".prepare");
    try {
      List<String> java = List.of(executable(), "-cp", property("java.class.path"));
      Path classes = work.resolve("classes");
      FirstStep.of(
          listOf(java, "-XX:DumpLoadedClassList=" + classes, Main.class.getName()),
          Map.of(),
          Files.createDirectory(work.resolve("data")),
          HttpClient.newHttpClient());
      Path made = work.resolve("archive");
      dump(
          listOf(
              java,
              "-Xshare:dump",
              "-Xlog:disable",
              "-XX:SharedClassListFile=" + classes,
              "-XX:SharedArchiveFile=" + made),
          work.resolve("log"));
      Files.move(
          made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      delete(work);
    }
    long bytes = Files.size(archive);
    output.print(
        new Report(archive.toString(), bytes),
        archive + ", " + bytes / 1_000_000 + " MB: later starts read it");
    return 0;
  }

  private static void dump(List<String> command, Path log)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new CommandFailedException(
            "this Java makes no class archive: " + Files.readString(log).strip());
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /** The launchers set these. */
  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new CommandFailedException("prepare works through ./splitgym or bin/splitgym only");
    }
    return value;
  }

  private static String executable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The words, with more among them: the class path first, as the virtual machine wants it. */
  private static List<String> listOf(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toList();
  }

  /** A folder with all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.deleteIfExists(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
