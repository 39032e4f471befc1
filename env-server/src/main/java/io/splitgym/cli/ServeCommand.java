package io.splitgym.cli;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.GymServer;
import io.splitgym.server.ServerSettings;
import io.splitgym.session.SessionLimits;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves environments over HTTP until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Serves environments over HTTP, as openapi.yaml has it.",
      "",
      "Listens on loopback unless told otherwise; elsewhere a token is required. Stops on SIGTERM or"
          + " SIGINT, once what is in flight is answered; what takes longer than ten seconds is"
          + " cancelled."
    })
final class ServeCommand implements Callable<Integer> {
  private static final String TOKEN_VARIABLE = "SPLITGYM_TOKEN";
  private static final int MOST_IDLE_MINUTES = 1_000_000;

  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final SurrogatesOption surrogates = new SurrogatesOption();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = ServerSettings.LOOPBACK,
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String host = ServerSettings.LOOPBACK;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + ServerSettings.DEFAULT_PORT,
      description = "Where to listen; 0 picks a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--token",
      paramLabel = "T",
      description =
          "What callers must send as Authorization: Bearer T (default: the environment variable "
              + TOKEN_VARIABLE
              + ", which other users of this machine don't see).")
  private @Nullable String token;

  @Option(
      names = "--max-sessions",
      paramLabel = "N",
      defaultValue = "256",
      description = "Environments that may live at once (default: ${DEFAULT-VALUE}).")
  private int maxSessions;

  @Option(
      names = "--idle-minutes",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "An environment that nothing was asked of for so long is closed (default:"
              + " ${DEFAULT-VALUE}).")
  private int idleMinutes;

  @Option(
      names = "--max-llm-settings",
      paramLabel = "N",
      defaultValue = "" + ServedModels.DEFAULT_SETTINGS,
      description =
          "Combinations of model, window and maxTokens that backend llm may use at once; each keeps"
              + " its text's hidden states (default: ${DEFAULT-VALUE}).")
  private int maxLlmSettings = ServedModels.DEFAULT_SETTINGS;

  ServeCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Require.inRange("--idle-minutes", idleMinutes, 1, MOST_IDLE_MINUTES);
    SessionLimits standard = SessionLimits.DEFAULT;
    ServerSettings settings =
        ServerSettings.of(
            host,
            port,
            token != null ? token : System.getenv(TOKEN_VARIABLE),
            new SessionLimits(
                Require.positive("--max-sessions", maxSessions),
                Duration.ofMinutes(idleMinutes),
                standard.waiting(),
                standard.patience()));
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (ServedModels served =
            new ServedModels(
                evaluators,
                models.store(),
                data,
                surrogates.read(),
                Require.positive("--max-llm-settings", maxLlmSettings));
        GymServer server =
            GymServer.start(
                settings, new EnvironmentRegistry(List.of(new SplitInferenceSpec(served))))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop, stopped), "stop"));
      announce(server, settings.token() != null);
      stop.await();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  /** Runs when the process is told to end: lets the server finish before it does. */
  private static void await(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce(GymServer server, boolean guarded) {
    String url = server.address().toString();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("url", url);
    document.put("port", server.port());
    String header = guarded ? " -H \"Authorization: Bearer $" + TOKEN_VARIABLE + "\"" : "";
    String python =
        "import gymnasium, splitgym; env = gymnasium.make('splitgym/SplitInference-v0', url='"
            + url
            + "'); print(env.reset(seed=42), env.step(2))";
    output.print(
        document,
        String.join(
            System.lineSeparator(),
            "SplitGym listens on " + url,
            "",
            "With curl:",
            "  curl -s"
                + header
                + " -H 'Content-Type: application/json' -d '{\"spec\": \"SplitInference-v0\"}' "
                + url
                + "/v1/envs",
            "With Python (pip install ./examples/python):",
            "  python3 -c \"" + python + "\"",
            "",
            "The contract: " + url + "/openapi.yaml. Ctrl-C stops the server."));
  }
}
