package io.splitgym.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.durability.DurableLog;
import io.splitgym.environment.StepResult;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.session.Session;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.space.DiscreteElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments on an LLM, here a formula in its place, whose server is killed. */
class KeptLlmSessionsTest {
  private static final String CLIENT = "192.0.2.1";

  @TempDir private Path folder;

  private final List<Precision> asked = new CopyOnWriteArrayList<>();

  @Test
  void theyGoOnAfterAKillAsIfNothingHadBeen() throws IOException {
    try (Server before = new Server("measurements", "log")) {
      Session session = before.create();
      Session twin = before.create();
      session.reset(4L, Map.of());
      twin.reset(4L, Map.of());
      for (int i = 0; i < 3; i++) {
        assertThat(session.step(new DiscreteElement(i)))
            .isEqualTo(twin.step(new DiscreteElement(i)));
      }
      copy("log", "killed");
      // the measurements belong to the data folder, whoever uses it
      try (Server after = new Server("measurements", "killed")) {
        Session woken = after.sessions.get(session.id());
        assertThat(woken.progress()).isEqualTo(session.progress());
        for (int i = 0; i < 4; i++) {
          assertThat(values(woken.step(new DiscreteElement(i))))
              .isEqualTo(values(twin.step(new DiscreteElement(i))));
        }
        assertThat(woken.reset(null, Map.of()).observation())
            .isEqualTo(twin.reset(null, Map.of()).observation());
      }
      // and where all measurements are gone, they are made once more, and are the same
      try (Server elsewhere = new Server("no measurements", "killed")) {
        assertThat(values(elsewhere.sessions.get(session.id()).step(new DiscreteElement(2))))
            .isEqualTo(values(twin.step(new DiscreteElement(2))));
      }
    }
  }

  @Test
  void theyGoOnInThePrecisionInWhichTheyBeganWhateverTheServersIsNow() throws IOException {
    try (Server before = new Server("measurements", "log", Precision.BF16)) {
      Session session = before.create();
      session.reset(4L, Map.of());
      session.step(new DiscreteElement(1));
      copy("log", "killed");
      try (Server after = new Server("measurements", "killed", Precision.F32)) {
        after.sessions.get(session.id()).step(new DiscreteElement(1));
        after.create();
      }
    }
    assertThat(asked).containsExactly(Precision.BF16, Precision.BF16, Precision.F32);
  }

  /** What a step cost depends on what had been measured by then; nothing else may. */
  private static Object values(StepResult step) {
    Map<String, Object> info = new LinkedHashMap<>(step.info());
    info.remove("cost");
    return List.of(step.observation(), step.reward(), step.terminated(), step.truncated(), info);
  }

  private void copy(String from, String to) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(to));
    try (Stream<Path> files = Files.list(folder.resolve(from))) {
      for (Path file : files.filter(one -> !one.endsWith("holder")).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
  }

  /** What a server is made of. */
  private final class Server implements AutoCloseable {
    private final ServedModels models;
    private final EnvironmentRegistry registry;
    private final Sessions sessions;

    Server(String data, String log) throws IOException {
      this(data, log, Precision.F32);
    }

    /**
     * @param standing of environments whose precision wasn't asked for
     */
    Server(String data, String log, Precision standing) throws IOException {
      models =
          new ServedModels(
              (store, model, precision) -> {
                asked.add(precision);
                return new StandInLlm(new AnalyticEvaluator(30, 4, 0));
              },
              ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
              folder.resolve(data),
              folder.resolve(data).resolve("measurements.sqlite"),
              List.of(),
              2,
              () -> standing);
      registry = new EnvironmentRegistry(List.of(new SplitInferenceSpec(models)));
      sessions =
          new Sessions(
              registry,
              SessionLimits.DEFAULT,
              System::nanoTime,
              DurableLog.open(folder.resolve(log), 1 << 20));
    }

    Session create() {
      return sessions.create(
          registry.read(
              Map.of(
                  "spec",
                  SplitInferenceSpec.ID,
                  "backend",
                  "llm",
                  "seed",
                  9,
                  "llm",
                  Map.of("window", 64))),
          CLIENT);
    }

    @Override
    public void close() {
      sessions.close();
      models.close();
    }
  }
}
