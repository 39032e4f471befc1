package io.splitgym.server;

import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A server in a process of its own, which can be killed. */
final class KeptServer {
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
