package io.splitgym.server;

import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server in a process of its own, which can be killed. */
final class KeptServer {
  private static final int PATIENCE_SECONDS = 60;

  private KeptServer() {}

  static EnvironmentRegistry registry() {
    return new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels())));
  }

  /** Starts one; the first line that it prints is its address. */
  static Process start(Path folder, int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            KeptServer.class.getName(),
            folder.toString(),
            Integer.toString(port))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Where one that was just started listens; ends it if it doesn't say so in time. */
  static URI addressOf(Process server) throws Exception {
    CompletableFuture<String> line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return String.valueOf(server.inputReader(StandardCharsets.UTF_8).readLine());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      return URI.create(line.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      server.destroyForcibly();
      throw new IOException("the server said nothing for " + PATIENCE_SECONDS + " seconds", e);
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (GymServer server =
        GymServer.start(
            ServerSettings.onLoopback(Integer.parseInt(arguments[1])),
            registry(),
            Path.of(arguments[0]))) {
      System.out.println(server.address());
      System.out.flush();
      Thread.sleep(600_000);
    }
  }
}
