package io.splitgym.cli;

import io.splitgym.cli.load.Comparison;
import io.splitgym.cli.load.ServerLoad;
import io.splitgym.server.EmptyServer;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole server under load, beside an empty one. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a server and an empty one, each a process of its own, and asks them in turn: for"
          + " steps of one environment over HTTP and over a WebSocket, and of vectors in JSON and"
          + " CBOR. Then the server's memory with many sessions, and the time to a first step.",
      "The server is as serve starts it, what it answers kept on disk; the empty one has the same"
          + " settings, an empty handler, and a WebSocket that answers as many bytes.",
      "Medians over the turns."
    })
final class ServerBenchmark implements Callable<Integer> {
  private static final int IN_FLIGHT = 64;
  private static final int WARM_UP_STEPS = 50_000;

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--envs",
      paramLabel = "1,8,...",
      defaultValue = "1,8,64,1024,8192,65536",
      description = "Sizes of the vectors (default: ${DEFAULT-VALUE}).")
  private String envs = "1,8,64,1024,8192,65536";

  @Option(
      names = "--sessions",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Sessions open when memory is looked at (default: ${DEFAULT-VALUE}).")
  private int sessions = 1_000;

  @Option(
      names = "--turns",
      paramLabel = "N",
      defaultValue = "5",
      description = "Turns of each server, and starts (default: ${DEFAULT-VALUE}).")
  private int turns = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "1",
      description = "How long each turn is (default: ${DEFAULT-VALUE}).")
  private double seconds = 1;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where to write the tables as Markdown, and beside it as JSON.")
  private @Nullable Path report;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Require.inRange("--sessions", sessions, 1, 10_000);
    Require.inRange("--turns", turns, 1, 1_000);
    if (!(seconds > 0 && seconds <= 3_600)) {
      throw new CommandFailedException(
          "--seconds is " + seconds + ", must be above 0 and at most 3600");
    }
    List<Integer> sizes = IntegerRanges.parse("--envs", envs, 1, 65_536);
    Path work = Files.createTempDirectory("splitgym-load");
    try (ProgressLine progress = new ProgressLine("measuring", "parts")) {
      ServerReport measured = measure(sizes, work, progress);
      if (report != null) {
        WholeFile.write(report, measured.markdown());
        WholeFile.write(
            Path.of(report.toString().replaceFirst("(\\.md)?$", ".json")),
            OutputOption.json(measured) + "\n");
      }
      output.print(measured, measured.markdown());
      return 0;
    } finally {
      PrepareCommand.delete(work);
    }
  }

  private ServerReport measure(List<Integer> sizes, Path work, ProgressLine progress)
      throws IOException, InterruptedException {
    List<String> program = List.of(ServerProcess.launcher());
    Machine machine = Machine.here();
    int parts = 5 + 2 * sizes.size();
    int done = 0;
    progress.update(done, parts);
    List<FirstStep> starts = new ArrayList<>();
    HttpClient client = HttpClient.newHttpClient();
    // the first start pays for this process's own classes, and for files not yet in memory
    for (int i = 0; i <= turns; i++) {
      FirstStep start = StartupBenchmark.run(program.get(0), Map.of(), client);
      if (i > 0) {
        starts.add(start);
      }
    }
    progress.update(++done, parts);
    ServerReport.Memory memory;
    try (ServerProcess server = serve(program, work.resolve("sessions"))) {
      OptionalLong before = server.residentBytes();
      load(server, server).open(sessions);
      memory = ServerReport.Memory.of(sessions, before, server.residentBytes());
    }
    progress.update(++done, parts);
    try (ServerProcess server = serve(program, work.resolve("steps"));
        ServerProcess empty =
            ServerProcess.start(program, List.of("bench", "empty-server"), Map.of(), work)) {
      ServerLoad load = load(server, empty);
      Comparison rest = load.rest();
      progress.update(++done, parts);
      Comparison oneByOne = load.webSocket(1);
      progress.update(++done, parts);
      Comparison pipelined = load.webSocket(IN_FLIGHT);
      progress.update(++done, parts);
      List<ServerLoad.OfVector> vectors = new ArrayList<>();
      for (int size : sizes) {
        vectors.add(load.vector(size, true));
        progress.update(++done, parts);
        vectors.add(load.vector(size, false));
        progress.update(++done, parts);
      }
      return new ServerReport(
          machine,
          turns,
          seconds,
          rest,
          oneByOne,
          pipelined,
          IN_FLIGHT,
          vectors,
          memory,
          Spread.of(starts, FirstStep::answered));
    }
  }

  private static ServerProcess serve(List<String> program, Path data) throws IOException {
    Files.createDirectories(data);
    return ServerProcess.start(
        program, List.of("serve", "--data", data.toString()), Map.of(), data);
  }

  private ServerLoad load(ServerProcess server, ServerProcess empty) {
    return new ServerLoad(
        server.address(), empty.address(), EmptyServer.PATH, turns, seconds, WARM_UP_STEPS);
  }
}
