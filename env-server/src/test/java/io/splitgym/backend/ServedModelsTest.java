package io.splitgym.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.decoder.Precision;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Environment;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.measurement.BlockingEvaluator;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.registry.VectorRequest;
import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.Problems;
import io.splitgym.session.Session;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.session.UnknownSessionException;
import io.splitgym.session.VectorSession;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Environments on an LLM as a server holds them: what they borrow, share and give back. */
@Timeout(60)
class ServedModelsTest {
  private static final String CLIENT = "192.0.2.1";

  @TempDir Path folder;

  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicLong clock = new AtomicLong();
  private final BlockingEvaluator evaluator = new BlockingEvaluator();
  private ServedModels served;
  private EnvironmentRegistry registry;
  private Sessions sessions;

  @BeforeEach
  void open() {
    served =
        new ServedModels(
            (models, model, precision) -> {
              loads.incrementAndGet();
              return new StandInLlm(evaluator);
            },
            ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
            folder,
            measurements(),
            List.of(),
            2,
            () -> Precision.F32);
    registry = new EnvironmentRegistry(List.of(new SplitInferenceSpec(served)));
    sessions =
        new Sessions(
            registry,
            new SessionLimits(8, 8, 8, Duration.ofMinutes(30), 4, Duration.ofSeconds(20)),
            clock::get);
  }

  @AfterEach
  void close() {
    evaluator.letGo();
    sessions.close();
    served.close();
  }

  private EnvironmentRequest request(int window, Map<String, Object> more) {
    Map<String, Object> fields = new LinkedHashMap<>(more);
    fields.put("spec", SplitInferenceSpec.ID);
    fields.put("backend", "llm");
    fields.put("llm", Map.of("window", window));
    fields.put("seed", 1);
    return registry.read(fields);
  }

  private Session create(int window) {
    return sessions.create(request(window, Map.of()), CLIENT);
  }

  @Test
  void aRefusalIsAProblemThatNamesTheLimitAndDeletingMakesRoom() {
    Session first = create(64);
    create(128);
    assertThatThrownBy(() -> create(256))
        .isInstanceOfSatisfying(
            LimitReachedException.class,
            e -> {
              Problem problem = Problems.of(e);
              assertThat(problem.body().status()).isEqualTo(429);
              assertThat(problem.body().field()).isEqualTo("llm settings");
              assertThat(problem.headers()).containsKey("Retry-After");
            });
    sessions.delete(first.id());
    create(256);
    assertThat(loads).hasValue(1);
  }

  /** The answer to creating an environment on a model that this source gives, or doesn't. */
  private Problem refusal(EvaluatorSource source, String model) {
    try (ServedModels others =
        new ServedModels(
            source,
            ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
            folder,
            measurements(),
            List.of(),
            2,
            () -> Precision.F32)) {
      EnvironmentRegistry registryOfOthers =
          new EnvironmentRegistry(List.of(new SplitInferenceSpec(others)));
      Map<String, Object> fields =
          Map.of("spec", SplitInferenceSpec.ID, "backend", "llm", "llm", Map.of("model", model));
      try {
        registryOfOthers.create(registryOfOthers.read(fields));
        throw new AssertionError("an environment on " + model + " came to be");
      } catch (RuntimeException e) {
        return Problems.of(e);
      }
    }
  }

  @Test
  void aModelUnderTermsThatIsNotHereIsAProblemWithTheCommandThatTakesThem() {
    Problem problem = refusal(new LlmEvaluators(), "gemma3-270m");
    assertThat(problem.body().status()).isEqualTo(409);
    assertThat(problem.body().command())
        .isEqualTo("./splitgym model pull gemma3-270m --accept-license");
    assertThat(problem.body().detail())
        .contains("it comes under the Gemma Terms of Use", "https://ai.google.dev/gemma/terms")
        .doesNotContain(folder.toString());
  }

  @Test
  void aModelOfAnUnknownKindIsAProblemThatSaysWhatItIs() {
    Problem problem =
        refusal(
            (models, model, precision) -> {
              throw new UnsupportedCheckpointException("the architecture is mamba");
            },
            "gemma3-270m");
    assertThat(problem.body().status()).isBetween(400, 499);
    assertThat(problem.body().field()).isEqualTo("llm.model");
    assertThat(problem.body().detail()).contains("the architecture is mamba");
  }

  @Test
  void aModelThatTheOperatorNamedIsOneOfTheServers() throws IOException {
    Path file = Files.writeString(folder.resolve("own.gguf"), "any");
    List<Path> asked = new ArrayList<>();
    try (ServedModels ours =
        new ServedModels(
            (models, model, precision) -> {
              asked.add(models.resolve(model).path());
              return new StandInLlm(evaluator);
            },
            ModelStore.open(Catalogue.standard(), folder, Map.of(), folder)
                .naming(Map.of("mine", file)),
            folder,
            measurements(),
            List.of(),
            2,
            () -> Precision.F32)) {
      EnvironmentRegistry there = new EnvironmentRegistry(List.of(new SplitInferenceSpec(ours)));
      Map<String, Object> fields =
          Map.of("spec", SplitInferenceSpec.ID, "backend", "llm", "llm", Map.of("model", "mine"));
      there.create(there.read(fields)).environment().close();
      assertThat(asked).containsExactly(file);
      assertThat(ours.llmParameters().get(0).allowed())
          .isEqualTo("one of the server's models: smollm2-135m, gemma3-270m, mine");
    }
  }

  @Test
  void aPathIsNoModelToAClient() throws IOException {
    Path file = Files.writeString(folder.resolve("own.gguf"), "any");
    Problem problem = refusal(new LlmEvaluators(), file.toString());
    assertThat(problem.body().status()).isBetween(400, 499);
    assertThat(problem.body().field()).isEqualTo("llm.model");
    assertThat(problem.body().detail()).contains("must be one of smollm2-135m, gemma3-270m");
  }

  @Test
  void anExpiredSessionGivesItsEvaluatorBack() {
    create(64);
    create(128);
    clock.addAndGet(Duration.ofMinutes(31).toNanos());
    sessions.expireIdle();
    create(256);
    create(512);
  }

  @Test
  void closingAnEnvironmentTwiceGivesBackOnce() {
    Environment first = registry.create(request(64, Map.of())).environment();
    Session same = create(64);
    create(128);
    first.close();
    first.close();
    assertThatThrownBy(() -> create(256)).isInstanceOf(LimitReachedException.class);
    sessions.delete(same.id());
    create(256);
  }

  @Test
  void aRefusedCreationKeepsNothing() {
    for (int window = 16; window < 24; window++) {
      EnvironmentRequest tooDeep = request(window, Map.of("splitRange", List.of(1, 99)));
      assertThatThrownBy(() -> sessions.create(tooDeep, CLIENT))
          .isInstanceOf(InvalidValueException.class);
    }
    create(64);
    create(128);
  }

  @Test
  void environmentsWithOneNoiseShareTheirSteps() throws Exception {
    Session one = create(64);
    Session two = create(64);
    evaluator.letGo();
    one.reset(5L, Map.of());
    two.reset(5L, Map.of());
    evaluator.block();
    CompletableFuture<Double> first =
        CompletableFuture.supplyAsync(() -> one.step(new DiscreteElement(0)).reward());
    evaluator.awaitBegun();
    CompletableFuture<Double> second =
        CompletableFuture.supplyAsync(() -> two.step(new DiscreteElement(0)).reward());
    evaluator.letGo();
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(first.get(20, TimeUnit.SECONDS));
    // the step's cell and the clean value
    assertThat(evaluator.evaluations()).isEqualTo(2);
  }

  @Test
  void deletingCancelsTheEvaluationAndKeepsNothingOfIt() throws Exception {
    Session session = create(64);
    evaluator.letGo();
    session.reset(1L, Map.of());
    evaluator.block();
    int before = measured();
    CompletableFuture<Throwable> step =
        CompletableFuture.supplyAsync(() -> session.step(new DiscreteElement(1)))
            .handle((result, failure) -> failure);
    evaluator.awaitBegun();
    sessions.delete(session.id());
    assertThat(step.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(UnknownSessionException.class);
    assertThat(evaluator.cancelled()).isEqualTo(1);
    assertThat(evaluator.closed()).isZero();
    assertThat(measured()).isEqualTo(before);

    evaluator.letGo();
    Session next = create(64);
    next.reset(1L, Map.of());
    next.step(new DiscreteElement(1));
    assertThat(measured()).isEqualTo(before + 1);
  }

  @Test
  void deletingAVectorCancelsItsCellsAndBeginsNoOther() throws Exception {
    int atOnce = Math.min(4, Runtime.getRuntime().availableProcessors());
    VectorSession session =
        sessions.createVector(
            new VectorRequest(request(64, Map.of()), 4, AutoresetMode.NEXT_STEP), CLIENT, null);
    evaluator.letGo();
    session.reset(VectorSeeds.from(1), null, Map.of(), null);
    evaluator.block();
    int before = measured();
    CompletableFuture<Throwable> step =
        CompletableFuture.supplyAsync(() -> session.step(new int[] {0, 1, 2, 3}, null))
            .handle((result, failure) -> failure);
    for (int i = 0; i < atOnce; i++) {
      evaluator.awaitBegun();
    }
    sessions.deleteVector(session.id());
    assertThat(step.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(UnknownSessionException.class);
    assertThat(evaluator.cancelled()).isEqualTo(atOnce);
    assertThat(measured()).isEqualTo(before);
  }

  @Test
  void whatIsBeingEvaluatedIsNeverPutAside() throws Exception {
    Session busy = create(64);
    evaluator.letGo();
    busy.reset(1L, Map.of());
    evaluator.block();
    CompletableFuture<Double> step =
        CompletableFuture.supplyAsync(() -> busy.step(new DiscreteElement(1)).reward());
    evaluator.awaitBegun();
    for (int window = 16; window < 24; window++) {
      sessions.delete(create(window).id());
    }
    evaluator.letGo();
    assertThat(step.get(20, TimeUnit.SECONDS)).isFinite();
    assertThat(evaluator.cancelled()).isZero();
  }

  private Path measurements() {
    return folder.resolve("measurements.sqlite");
  }

  private int measured() {
    try (MeasurementStore store = MeasurementStore.open(measurements())) {
      return store.all(evaluator.setting()).size();
    }
  }
}
