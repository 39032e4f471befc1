package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, on a free port and an empty data folder. */
public final class OwnServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> program;
  private final Path data;
  private Process process;
  private final URI address;

  /**
   * Starts one.
   *
   * @param program what runs the command line
   * @param data an empty folder for its state
   * @throws IOException if it can't be started, or says nothing
   */
  public OwnServer(List<String> program, Path data) throws IOException {
    this.program = List.copyOf(program);
    this.data = data;
    this.process = start("0");
    this.address = addressOf(process);
  }

  /** Where it listens. */
  public URI address() {
    return address;
  }

  /** Ends it as {@code kill -9} does, and starts it again where it was. */
  public void killAndRestart() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process = start(Integer.toString(address.getPort()));
    URI again = addressOf(process);
    if (!again.equals(address)) {
      throw new IOException("the server came back at " + again + " and not at " + address);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process start(String port) throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("serve", "--port", port, "--json", "--data", data.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("SPLITGYM_"));
    builder.environment().put("XDG_CONFIG_HOME", data.toString());
    return builder.start();
  }

  private static URI addressOf(Process started) throws IOException {
    BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
    StringBuilder document = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      document.append(line);
      if (line.equals("}")) {
        JsonNode read = JSON.readTree(document.toString());
        return URI.create(read.path("url").asText());
      }
    }
    started.destroyForcibly();
    throw new IOException("the server ended before it listened");
  }
}
