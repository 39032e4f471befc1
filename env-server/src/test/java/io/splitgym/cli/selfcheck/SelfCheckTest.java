package io.splitgym.cli.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.cli.selfcheck.CheckResult.Found;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Environment;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.CheckedRequest;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.CreatedVector;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.FreePort;
import io.splitgym.server.GymServer;
import io.splitgym.server.ServerSettings;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The check, on servers that keep the promise and on some that don't. */
@Timeout(240)
class SelfCheckTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void aServerThatKeepsThePromisePassesAcrossRestartsToo() throws Exception {
    EnvironmentRegistry registry = new EnvironmentRegistry(List.of(spec()));
    int port = FreePort.find();
    GymServer[] server = {GymServer.start(ServerSettings.onLoopback(port), registry, folder)};
    try {
      List<CheckResult> results =
          new SelfCheck(server[0].address(), null, "surrogate", PATIENCE)
              .run(
                  () -> {
                    server[0].close();
                    server[0] = GymServer.start(ServerSettings.onLoopback(port), registry, folder);
                  },
                  result -> {});
      assertThat(results).hasSize(7).allMatch(CheckResult::passed);
      assertThat(results).allMatch(result -> result.compared() > 200);
    } finally {
      server[0].close();
    }
  }

  @Test
  void aValueThatDependsOnWhatElseTheServerDidIsFound() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    List<CheckResult> results =
        check(
            info -> {
              if (steps.incrementAndGet() > 2_000) {
                info.put("split", -1);
              }
            });
    assertThat(results).anyMatch(result -> !result.passed());
    Found found =
        results.stream()
            .map(CheckResult::difference)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    assertThat(found.field()).isEqualTo("info.split");
    assertThat(found.actual()).isEqualTo("-1");
    assertThat(found.step()).isNotNegative();
  }

  @Test
  void aVectorThatAnswersOtherwiseThanSingleEnvironmentsIsFound() throws Exception {
    List<CheckResult> results = check(info -> info.put("cleanLnPpl", Math.nextUp(3.0)));
    assertThat(results)
        .filteredOn(result -> !result.passed())
        .allSatisfy(result -> assertThat(result.name()).contains("vectors"))
        .first()
        .satisfies(
            result -> {
              assertThat(result.name()).contains("vectors");
              Found found = Objects.requireNonNull(result.difference());
              assertThat(found.field()).isEqualTo("info.cleanLnPpl");
              assertThat(found.route()).startsWith("REST JSON");
              assertThat(found.actual()).isEqualTo("3.0");
              assertThat(found.expected()).isEqualTo("3.0000000000000004");
            });
  }

  private static List<CheckResult> check(Lie lie) throws IOException, InterruptedException {
    try (GymServer server =
        GymServer.start(
            ServerSettings.onLoopback(0),
            new EnvironmentRegistry(List.of(new LyingSpec(spec(), lie))))) {
      return new SelfCheck(server.address(), null, "surrogate", PATIENCE).run(null, result -> {});
    }
  }

  private static EnvironmentSpec spec() {
    return new SplitInferenceSpec(new AnalyticModels());
  }

  /** What becomes of a step's info. */
  private interface Lie {
    void tell(Map<String, Object> info);
  }

  /** A spec whose single environments tell something else in the info of their steps. */
  private record LyingSpec(EnvironmentSpec honest, Lie lie) implements EnvironmentSpec {
    @Override
    public String id() {
      return honest.id();
    }

    @Override
    public String description() {
      return honest.description();
    }

    @Override
    public List<Named> observation() {
      return honest.observation();
    }

    @Override
    public String action() {
      return honest.action();
    }

    @Override
    public List<Named> backends() {
      return honest.backends();
    }

    @Override
    public List<NamedValues> presets() {
      return honest.presets();
    }

    @Override
    public List<ParameterDescription> parameters() {
      return honest.parameters();
    }

    @Override
    public List<ParameterDescription> options() {
      return honest.options();
    }

    @Override
    public CreatedEnvironment create(CheckedRequest request) {
      CreatedEnvironment made = honest.create(request);
      return new CreatedEnvironment(
          new Lying(made.environment(), lie),
          this,
          made.backend(),
          made.fingerprint(),
          made.preset(),
          made.seed(),
          made.parameters());
    }

    @Override
    public CreatedVector createVector(CheckedRequest request, int count, AutoresetMode autoreset) {
      return honest.createVector(request, count, autoreset);
    }
  }

  /** An environment that lies. */
  private record Lying(Environment honest, Lie lie) implements Environment {
    @Override
    public Space observationSpace() {
      return honest.observationSpace();
    }

    @Override
    public Space actionSpace() {
      return honest.actionSpace();
    }

    @Override
    public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
      return honest.reset(seed, options);
    }

    @Override
    public StepResult step(SpaceElement action) {
      StepResult step = honest.step(action);
      Map<String, Object> info = new LinkedHashMap<>(step.info());
      lie.tell(info);
      return new StepResult(
          step.observation(), step.reward(), step.terminated(), step.truncated(), info);
    }

    @Override
    public byte[] save() {
      return honest.save();
    }

    @Override
    public void restore(byte[] saved) {
      honest.restore(saved);
    }

    @Override
    public void close() {
      honest.close();
    }
  }
}
