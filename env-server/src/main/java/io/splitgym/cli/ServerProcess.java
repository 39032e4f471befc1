package io.splitgym.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, on a free port, with no settings but those that it is given.
 */
final class ServerProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MOST_ATTEMPTS = 3;
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final double NANOS = 1e9;
  private static final long BYTES_A_KIBIBYTE = 1_024;
  private static final String RESIDENT = "VmRSS:";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ProcessBuilder builder;
  private final List<String> words;
  private Process process;
  private BufferedReader out;
  private final ScheduledExecutorService limit;
  private URI address = URI.create("http://127.0.0.1");

  private ServerProcess(ProcessBuilder builder, List<String> words) throws IOException {
    this.builder = builder;
    this.words = List.copyOf(words);
    this.process = launch(0);
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.limit = Executors.newSingleThreadScheduledExecutor();
  }

  /**
   * Starts one, and waits until it tells its address.
   *
   * @param program what runs the command line, such as {@code ./splitgym}
   * @param command of the command line, such as {@code serve}; it knows --port and --json
   * @param variables added to the environment
   * @param home a folder for what the server would look for at home
   * @throws CommandFailedException if it doesn't tell its address within a minute
   */
  static ServerProcess start(
      List<String> program, List<String> command, Map<String, String> variables, Path home)
      throws IOException {
    List<String> words = new ArrayList<>(program);
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder();
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("SPLITGYM_"));
    builder.environment().put("XDG_CONFIG_HOME", home.toString());
    builder.environment().putAll(variables);
    ServerProcess server = new ServerProcess(builder, words);
    try {
      server.awaitAddress();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** {@code ./splitgym} or {@code bin/splitgym}, whichever this command line was run through. */
  static String launcher() {
    String launcher = System.getProperty("splitgym.launcher");
    if (launcher == null) {
      throw new CommandFailedException(
          "this starts servers as ./splitgym or bin/splitgym does, and runs through these only");
    }
    return launcher;
  }

  /** Where it listens. */
  URI address() {
    return address;
  }

  /** Seconds of processor time that it has taken; NaN where the system doesn't tell. */
  double processorSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / NANOS).orElse(Double.NaN);
  }

  /** Bytes of memory that are its own or mapped at present; empty where the system doesn't tell. */
  OptionalLong residentBytes() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(RESIDENT))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * BYTES_A_KIBIBYTE)
        .findFirst();
  }

  /**
   * Ends it as {@code kill -9} does, and starts it again where it was.
   *
   * @throws CommandFailedException if it isn't there again within a minute, as where another
   *     process has taken its port
   */
  void killAndRestart() throws IOException, InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
    out.close();
    URI before = address;
    for (int attempt = 1; ; attempt++) {
      process = launch(before.getPort());
      out = process.inputReader(StandardCharsets.UTF_8);
      try {
        awaitAddress();
        break;
      } catch (CommandFailedException e) {
        process.destroyForcibly();
        if (attempt == MOST_ATTEMPTS) {
          throw e;
        }
        // whoever was given the port meanwhile may be done with it soon
        Thread.sleep(PAUSE.toMillis());
      }
    }
    if (!address.equals(before)) {
      throw new CommandFailedException(
          "the server came back at " + address + " and not at " + before);
    }
  }

  /** Ends it, and waits for that. */
  @Override
  public void close() throws IOException {
    // Process.destroy would close the streams too
    process.toHandle().destroy();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      limit.shutdownNow();
      process.destroyForcibly();
      out.close();
    }
  }

  private Process launch(int port) throws IOException {
    List<String> command = new ArrayList<>(words);
    command.addAll(List.of("--port", Integer.toString(port), "--json"));
    return builder.command(command).start();
  }

  private void awaitAddress() throws IOException {
    // a server that says nothing would keep the reading below waiting
    var timer = limit.schedule(process::destroyForcibly, PATIENCE.toSeconds(), TimeUnit.SECONDS);
    StringBuilder document = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      document.append(line);
      if (line.equals("}")) {
        timer.cancel(false);
        address = URI.create(JSON.readTree(document.toString()).path("url").asText());
        return;
      }
    }
    throw new CommandFailedException("the server ended, or said nothing for a minute");
  }
}
