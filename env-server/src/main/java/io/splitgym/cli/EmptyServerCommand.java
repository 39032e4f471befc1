package io.splitgym.cli;

import io.splitgym.server.EmptyServer;
import io.splitgym.server.ServerSettings;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves nothing, until it is told to stop. */
@Command(
    name = "empty-server",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "What bench server holds the server against: the same without environments.")
final class EmptyServerCommand implements Callable<Integer> {
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where to listen; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    try (EmptyServer server = EmptyServer.start(ServerSettings.onLoopback(port))) {
      String url = "http://" + ServerSettings.LOOPBACK + ":" + server.port();
      output.print(Map.of("url", url), url);
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
