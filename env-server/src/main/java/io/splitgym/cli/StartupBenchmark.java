package io.splitgym.cli;

import io.splitgym.validation.Require;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From nothing to the first answered step, with the class archive and without. */
@Command(
    name = "startup",
    mixinStandardHelpOptions = true,
    description = {
      "Starts servers one after the other, each a process of its own, and times each until it has"
          + " answered its first step over HTTP: in turn with the class archive and without.",
      "Processor time depends less on what else the machine does than elapsed time."
    })
final class StartupBenchmark implements Callable<Integer> {
  private static final int MOST_REPEATS = 1_000;

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "10",
      description = "Starts of each kind (default: ${DEFAULT-VALUE}).")
  private int repeats;

  /** Seconds for one kind of start. */
  private record Kind(Spread listening, Spread firstStep, Spread processor) {
    static Kind of(List<FirstStep> runs) {
      return new Kind(
          Spread.of(runs, FirstStep::listening),
          Spread.of(runs, FirstStep::answered),
          Spread.of(runs, FirstStep::processor));
    }
  }

  /** Both kinds. */
  private record Report(int repeats, Kind withArchive, Kind withoutArchive) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Require.inRange("--repeats", repeats, 1, MOST_REPEATS);
    String launcher = ServerProcess.launcher();
    HttpClient client = HttpClient.newHttpClient();
    List<FirstStep> with = new ArrayList<>();
    List<FirstStep> without = new ArrayList<>();
    try (ProgressLine progress = new ProgressLine("timing", "starts")) {
      // the first start pays for this process's own classes, and for files not yet in memory
      run(launcher, Map.of(), client);
      for (int i = 0; i < repeats; i++) {
        with.add(run(launcher, Map.of(), client));
        without.add(run(launcher, Map.of("SPLITGYM_CLASS_ARCHIVE", "off"), client));
        progress.update(i + 1, repeats);
      }
    }
    Report report = new Report(repeats, Kind.of(with), Kind.of(without));
    output.print(report, text(report));
    return 0;
  }

  static FirstStep run(String launcher, Map<String, String> variables, HttpClient client)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("splitgym-startup");
    try {
      return FirstStep.of(List.of(launcher), variables, data, client);
    } finally {
      PrepareCommand.delete(data);
    }
  }

  private static String text(Report report) {
    return "seconds, "
        + report.repeats()
        + " starts of each kind     min  median     max\n"
        + lines("with the class archive", report.withArchive())
        + lines("without it", report.withoutArchive()).stripTrailing();
  }

  private static String lines(String name, Kind kind) {
    return name
        + "\n"
        + line("listening", kind.listening())
        + line("first step answered", kind.firstStep())
        + line("processor time by then", kind.processor());
  }

  private static String line(String name, Spread spread) {
    return String.format(
        Locale.ROOT,
        "  %-30s %7.3f %7.3f %7.3f%n",
        name,
        spread.min(),
        spread.median(),
        spread.max());
  }
}
