package io.splitgym.cli;

import io.splitgym.cli.selfcheck.CheckResult;
import io.splitgym.cli.selfcheck.CheckResult.Found;
import io.splitgym.cli.selfcheck.SelfCheck;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds a running server to its promise of determinism. */
@Command(
    name = "selfcheck",
    mixinStandardHelpOptions = true,
    description = {
      "Proves on a running server that the same seed and actions give the same values: over REST"
          + " and WebSocket, in JSON and CBOR, single and in vectors, many at once, when repeated,"
          + " cloned and restored, and after kill -9; and the same bytes on one route.",
      "",
      "Without --url it starts a server of its own, on a free port and an empty data folder, and"
          + " kills and restarts that too. Exit code 1 if anything differs."
    })
final class SelfCheckCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Spec private CommandSpec command = CommandSpec.create();

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "A server that runs, such as http://127.0.0.1:8642.")
  private @Nullable URI url;

  @Option(
      names = "--token",
      paramLabel = "T",
      description = "That it asks for (default: that of SPLITGYM_TOKEN).")
  private @Nullable String token;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "surrogate",
      description =
          "What answers the steps: surrogate, or llm, of which little is asked (default:"
              + " ${DEFAULT-VALUE}).")
  private String backend = "surrogate";

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!List.of("surrogate", "llm").contains(backend)) {
      throw new InvalidValueException("backend", backend, "surrogate or llm");
    }
    PrintWriter progress = command.commandLine().getErr();
    Consumer<CheckResult> tell = result -> progress.println(line(result));
    URI given = url;
    List<CheckResult> results =
        given == null
            ? ofOwnServer(tell)
            : new SelfCheck(given, theToken(), backend, PATIENCE).run(null, tell);
    boolean passed = results.stream().allMatch(CheckResult::passed);
    output.print(document(results, passed), table(results, passed));
    return passed ? 0 : FAILED;
  }

  private List<CheckResult> ofOwnServer(Consumer<CheckResult> tell)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("splitgym-selfcheck");
    try (ServerProcess server =
        ServerProcess.start(
            program(), List.of("serve", "--data", data.toString()), Map.of(), data)) {
      return new SelfCheck(server.address(), null, backend, PATIENCE)
          .run(server::killAndRestart, tell);
    } finally {
      PrepareCommand.delete(data);
    }
  }

  private @Nullable String theToken() {
    return token == null ? System.getenv("SPLITGYM_TOKEN") : token;
  }

  /** This program, as this process was started. */
  private static List<String> program() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }

  private static Map<String, Object> document(List<CheckResult> results, boolean passed) {
    List<Map<String, Object>> checks = new ArrayList<>();
    for (CheckResult result : results) {
      Map<String, Object> check = new LinkedHashMap<>();
      check.put("name", result.name());
      check.put("passed", result.passed());
      check.put("compared", result.compared());
      Found found = result.difference();
      if (found != null) {
        Map<String, Object> difference = new LinkedHashMap<>();
        difference.put("route", found.route());
        difference.put("step", found.step());
        difference.put("field", found.field());
        difference.put("expected", found.expected());
        difference.put("actual", found.actual());
        check.put("difference", difference);
      }
      checks.add(check);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("passed", passed);
    document.put("checks", checks);
    return document;
  }

  private static String table(List<CheckResult> results, boolean passed) {
    List<String> lines = new ArrayList<>();
    lines.add("result answers  what was compared");
    results.forEach(result -> lines.add(line(result)));
    lines.add("");
    lines.add(
        passed
            ? "The same seed and actions gave the same values, all of them."
            : "The server is not deterministic.");
    return String.join(System.lineSeparator(), lines);
  }

  private static String line(CheckResult result) {
    String head =
        String.format(
            Locale.ROOT,
            "%-6s %7d  %s",
            result.passed() ? "passed" : "FAILED",
            result.compared(),
            result.name());
    Found found = result.difference();
    return found == null
        ? head
        : head
            + System.lineSeparator()
            + "        "
            + found.route()
            + ", answer "
            + found.step()
            + ": "
            + found.field()
            + " is "
            + found.actual()
            + ", expected "
            + found.expected();
  }
}
