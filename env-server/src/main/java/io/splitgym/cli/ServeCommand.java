package io.splitgym.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.backend.ServedModels;
import io.splitgym.cli.configuration.Configurable;
import io.splitgym.cli.configuration.CrossChecked;
import io.splitgym.cli.configuration.PrintConfigOption;
import io.splitgym.cli.configuration.Secret;
import io.splitgym.cli.configuration.Within;
import io.splitgym.durability.FolderTakenException;
import io.splitgym.extension.Extensions;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.GymServer;
import io.splitgym.server.ServerSettings;
import io.splitgym.server.Storage;
import io.splitgym.session.SessionLimits;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
@Configurable
final class ServeCommand implements Callable<Integer>, CrossChecked {
  private static final String TOKEN_VARIABLE = "SPLITGYM_TOKEN";
  private static final int MOST_IDLE_MINUTES = 1_000_000;
  private static final int MOST_WAITING = 1_000_000;
  private static final int MOST_KEPT_DAYS = 100_000;
  private static final int GREATEST_PORT = 65_535;

  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final LimitsOption limits = new LimitsOption();
  @Mixin private final RecordingOption recording = new RecordingOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final PrintConfigOption printConfig = new PrintConfigOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
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
  @Within(low = 0, high = GREATEST_PORT)
  private int port;

  @Option(
      names = "--token",
      paramLabel = "T",
      description =
          "What callers must send as Authorization: Bearer T. Better set as "
              + TOKEN_VARIABLE
              + ", which other users of this machine don't see.")
  @Secret
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file that holds the token, and nothing else.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "A web page's origin, such as https://lab.example, that may use this server beside its"
              + " own; may be given several times.")
  private List<String> origins = List.of();

  @Option(
      names = "--max-sessions",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Environments that may live at once (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxSessions;

  @Option(
      names = "--max-sessions-of-one-client",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Those that one client, which is an address, may have at once (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxSessionsOfOneClient;

  @Option(
      names = "--max-vector-size",
      paramLabel = "N",
      defaultValue = "65536",
      description = "Environments in one vector (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxVectorSize;

  @Option(
      names = "--max-vector-environments",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Environments in all vectors together; 0 for sixteen times max-vector-size (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 0, high = Integer.MAX_VALUE)
  private int maxVectorEnvironments;

  @Option(
      names = "--max-waiting-calls",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Calls that may wait for one environment, beside the one that it works on (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 0, high = MOST_WAITING)
  private int maxWaitingCalls;

  @Option(
      names = "--max-waiting-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long such a call waits before it is refused (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_WAITING)
  private int maxWaitingSeconds;

  @Option(
      names = "--loading-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description =
          "How long the creation of an environment waits for its LLM to load; then it is refused for"
              + " now, and the loading goes on (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_WAITING)
  private int loadingSeconds;

  @Option(
      names = "--idle-minutes",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "An environment that nothing was asked of for so long is closed (default:"
              + " ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_IDLE_MINUTES)
  private int idleMinutes;

  @Option(
      names = "--ephemeral",
      description =
          "Keep nothing: sessions end with the server. Without it, the next server on this port and"
              + " data folder goes on with them.")
  private boolean ephemeral;

  @Option(
      names = "--keep-unused-days",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "What servers on other ports of the data folder have left is removed at the start when no"
              + " server has used that port for so long; 0 for never (default: ${DEFAULT-VALUE}).")
  @Within(low = 0, high = MOST_KEPT_DAYS)
  private int keepUnusedDays;

  @Option(
      names = "--max-llm-settings",
      paramLabel = "N",
      defaultValue = "" + ServedModels.DEFAULT_SETTINGS,
      description =
          "Combinations of model, precision, window and maxTokens that backend llm may use at once; each keeps"
              + " its text's hidden states (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxLlmSettings;

  @Option(
      names = "--openenv-at-root",
      description =
          "OpenEnv's routes are at / instead of /openenv, for clients that can't be told a path;"
              + " /openapi.json is then OpenEnv's, and /openapi.yaml this server's as ever.")
  private boolean openEnvAtRoot;

  ServeCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public List<InvalidValueException> conflicts() {
    List<InvalidValueException> found = new ArrayList<>();
    if (ephemeral && recording.always()) {
      found.add(new InvalidValueException("record-episodes", true, "left out with --ephemeral"));
    }
    try {
      models.store();
    } catch (InvalidValueException e) {
      found.add(e);
    }
    try {
      precision.named();
    } catch (InvalidValueException e) {
      found.add(e);
    }
    try {
      settings();
    } catch (InvalidValueException e) {
      found.add(e);
    }
    return found;
  }

  private ServerSettings settings() {
    return new ServerSettings(
        host,
        port,
        theToken(),
        Set.copyOf(origins),
        new SessionLimits(
            maxSessions,
            maxSessionsOfOneClient,
            maxVectorSize,
            maxVectorEnvironments == 0
                ? (long) SessionLimits.VECTORS_OF_GREATEST_SIZE * maxVectorSize
                : maxVectorEnvironments,
            Duration.ofMinutes(idleMinutes),
            maxWaitingCalls,
            Duration.ofSeconds(maxWaitingSeconds)),
        limits.requests(),
        limits.sockets(),
        limits.connections(),
        limits.watchers(),
        limits.threads(),
        limits.silence(),
        limits.grace(),
        openEnvAtRoot);
  }

  private @Nullable String theToken() {
    if (tokenFile == null) {
      return token;
    }
    if (token != null) {
      throw new InvalidValueException("token-file", tokenFile, "left out where there is a token");
    }
    try {
      return Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw new InvalidValueException("token-file", tokenFile, "a file that can be read");
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerSettings settings = settings();
    models.requireThere();
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (ServedModels served =
            new ServedModels(
                evaluators,
                models.store(),
                data.folder(),
                data.measurements(),
                surrogates.read(),
                maxLlmSettings,
                () -> precision.in(data),
                hiddenStates.bounds(),
                Duration.ofSeconds(loadingSeconds));
        GymServer server = start(settings, registry(served))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop, stopped), "stop"));
      announce(server, settings.token() != null);
      stop.await();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  /** SplitGym's own specs, and those on the class path. */
  private static EnvironmentRegistry registry(ServedModels served) {
    List<EnvironmentSpec> specs = new ArrayList<>(List.of(new SplitInferenceSpec(served)));
    specs.addAll(Extensions.services(EnvironmentSpec.class));
    return new EnvironmentRegistry(specs);
  }

  private GymServer start(ServerSettings settings, EnvironmentRegistry registry)
      throws IOException {
    try {
      return ephemeral
          ? GymServer.start(settings, registry)
          : GymServer.start(
              settings,
              registry,
              new Storage(
                  data.folder(),
                  recording.always(),
                  recording.limits(),
                  Duration.ofDays(keepUnusedDays)));
    } catch (FolderTakenException e) {
      throw new CommandFailedException(
          e.getMessage() + "; stop it, or choose another --port or --data, or --ephemeral");
    }
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
