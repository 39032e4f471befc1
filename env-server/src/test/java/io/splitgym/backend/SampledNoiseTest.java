package io.splitgym.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.durability.DurableLog;
import io.splitgym.environment.Environment;
import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorEnvironment;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.PredictionRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.session.Session;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.space.DiscreteElement;
import io.splitgym.surrogate.RandomSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments on a surrogate that answers like one draw of the LLM. */
class SampledNoiseTest {
  private static final Map<String, Object> SAMPLED = Map.of("noise", "sampled");

  @TempDir private Path folder;

  private ServedModels models;
  private EnvironmentRegistry registry;

  @BeforeEach
  void open() {
    models = models(RandomSurrogates.withDraws(3));
    registry = registry(models);
  }

  @AfterEach
  void close() {
    models.close();
  }

  private ServedModels models(SurrogateModel surrogate) {
    return new ServedModels(
        new AnalyticEvaluators(new AnalyticEvaluator(30, 4, 0)),
        ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
        folder,
        folder.resolve("measurements.sqlite"),
        List.of(surrogate),
        2,
        () -> Precision.F32);
  }

  private static EnvironmentRegistry registry(ServedModels models) {
    return new EnvironmentRegistry(List.of(new SplitInferenceSpec(models)));
  }

  private static Map<String, Object> fields(Map<String, Object> more) {
    Map<String, Object> fields = new LinkedHashMap<>(more);
    fields.put("spec", SplitInferenceSpec.ID);
    fields.putIfAbsent("seed", 9);
    return fields;
  }

  private CreatedEnvironment create(Map<String, Object> more) {
    return registry.create(registry.read(fields(more)));
  }

  private static List<StepResult> play(Environment environment, int steps) {
    List<StepResult> results = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      results.add(environment.step(new DiscreteElement(i % 5)));
    }
    return results;
  }

  private static double lnPpl(StepResult step) {
    return (Double) Objects.requireNonNull(step.info().get("lnPpl"));
  }

  @Test
  void theSameSeedGivesTheSameDrawsAndAnotherOthers() {
    Environment environment = create(SAMPLED).environment();
    environment.reset(4L, Map.of());
    List<StepResult> first = play(environment, 10);
    environment.reset(4L, Map.of());
    assertThat(play(environment, 10)).isEqualTo(first);
    environment.reset(5L, Map.of());
    assertThat(play(environment, 10)).isNotEqualTo(first);
    assertThat(first).extracting(step -> step.info().get("noiseSeed")).doesNotHaveDuplicates();
  }

  @Test
  void drawsLieAroundWhatIsAnsweredWithoutNoise() {
    Environment sampled = create(SAMPLED).environment();
    Environment mean = create(Map.of()).environment();
    double off = 0;
    int steps = 0;
    for (long seed = 0; seed < 200; seed++) {
      assertThat(sampled.reset(seed, Map.of()).observation())
          .isEqualTo(mean.reset(seed, Map.of()).observation());
      List<StepResult> drawn = play(sampled, 10);
      List<StepResult> told = play(mean, 10);
      for (int i = 0; i < drawn.size(); i++) {
        assertThat(drawn.get(i).observation()).isEqualTo(told.get(i).observation());
        assertThat(lnPpl(drawn.get(i))).isNotEqualTo(lnPpl(told.get(i)));
        off += lnPpl(drawn.get(i)) - lnPpl(told.get(i));
        steps++;
      }
    }
    assertThat(off / steps).isBetween(-0.02, 0.02);
  }

  @Test
  void whoAsksForTheMeanIsAskingTheSameModelWhateverIsLearnedOfDraws() {
    String mean = create(Map.of()).fingerprint();
    String drawn = create(SAMPLED).fingerprint();
    assertThat(drawn).isNotEqualTo(mean);
    try (ServedModels relearned =
        models(
            RandomSurrogates.withDraws(3).withDraws(RandomSurrogates.withDraws(4).draws().get()))) {
      registry = registry(relearned);
      assertThat(create(Map.of()).fingerprint()).isEqualTo(mean);
      assertThat(create(SAMPLED).fingerprint()).isNotEqualTo(drawn);
    }
  }

  @Test
  void noStepCostsAnEvaluationOfAnLlm() {
    Environment environment = create(SAMPLED).environment();
    environment.reset(4L, Map.of());
    Environment onMean = create(Map.of()).environment();
    onMean.reset(4L, Map.of());
    assertThat(play(environment, 1).get(0).info().get("cost"))
        .isEqualTo(play(onMean, 1).get(0).info().get("cost"));
  }

  @Test
  void aVectorAnswersAsManySinglesDo() {
    Map<String, Object> asked = Map.of("noise", "sampled", "noiseWindows", 3);
    Map<String, Object> fields = fields(asked);
    fields.put("numEnvs", 5);
    VectorEnvironment vector = registry.createVector(registry.readVector(fields)).environment();
    vector.reset(VectorSeeds.from(20), null, Map.of());
    List<Environment> singles = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      singles.add(create(asked).environment());
      singles.get(i).reset(20L + i, Map.of());
    }
    for (int step = 0; step < 10; step++) {
      int[] actions = {step % 5, 1, 2, 3, 4};
      double[] rewards = vector.step(actions).rewards();
      for (int i = 0; i < 5; i++) {
        assertThat(rewards[i])
            .isEqualTo(singles.get(i).step(new DiscreteElement(actions[i])).reward());
      }
    }
  }

  @Test
  void aSavedStateGoesOnToTheBit() {
    Environment environment = create(SAMPLED).environment();
    environment.reset(4L, Map.of());
    play(environment, 3);
    byte[] saved = environment.save();
    List<StepResult> rest = play(environment, 7);
    Environment other = create(Map.of("noise", "sampled", "seed", 77)).environment();
    other.restore(saved);
    assertThat(play(other, 7)).isEqualTo(rest);
  }

  @Test
  void keptSessionsGoOnAfterAKillAsIfNothingHadBeen() throws IOException {
    Sessions before = sessions("log");
    Session session = before.create(registry.read(fields(SAMPLED)), "192.0.2.1");
    session.reset(4L, Map.of());
    for (int i = 0; i < 3; i++) {
      session.step(new DiscreteElement(i));
    }
    Path killed = Files.createDirectories(folder.resolve("killed"));
    try (Stream<Path> files = Files.list(folder.resolve("log"))) {
      for (Path file : files.filter(one -> !one.endsWith("holder")).toList()) {
        Files.copy(file, killed.resolve(file.getFileName()));
      }
    }
    Sessions after = sessions("killed");
    Session woken = after.get(session.id());
    for (int i = 0; i < 7; i++) {
      assertThat(woken.step(new DiscreteElement(2)))
          .isEqualTo(session.step(new DiscreteElement(2)));
    }
    before.close();
    after.close();
  }

  private Sessions sessions(String log) throws IOException {
    return new Sessions(
        registry,
        SessionLimits.DEFAULT,
        System::nanoTime,
        DurableLog.open(folder.resolve(log), 1 << 20));
  }

  @Test
  void whatWasChosenIsTold() {
    assertThat(create(Map.of()).parameters()).containsEntry("noise", "mean");
    assertThat(create(Map.of()).parameters()).doesNotContainKey("noiseWindows");
    assertThat(create(SAMPLED).fingerprint()).isNotEqualTo(create(Map.of()).fingerprint());
    assertThat(create(SAMPLED).parameters())
        .containsEntry("noise", "sampled")
        .containsEntry("noiseWindows", 8);
    Map<String, Object> onLlm = Map.of("backend", "llm", "llm", Map.of("window", 64));
    CreatedEnvironment llm = create(onLlm);
    assertThat(llm.parameters()).containsEntry("noise", "sampled");
    // what a session was made with makes it again
    Map<String, Object> again = new LinkedHashMap<>(llm.parameters());
    again.put("backend", "llm");
    assertThat(create(again).parameters()).isEqualTo(llm.parameters());
    llm.environment().close();
  }

  @Test
  void predictionsTellHowFarADrawLies() {
    MeanPerplexity eight = predict(Map.of());
    MeanPerplexity two = predict(Map.of("noise", "sampled", "noiseWindows", 2));
    assertThat(two.value()).isEqualTo(eight.value());
    assertThat(two.drawDeviation().orElseThrow())
        .isCloseTo(2 * eight.drawDeviation().orElseThrow(), within(1e-12));
  }

  private MeanPerplexity predict(Map<String, Object> more) {
    return registry
        .predict(
            new PredictionRequest(
                registry.read(fields(more)),
                List.of(new PredictionRequest.Point(new ChannelState(0.1, 2), 3))))
        .get(0);
  }

  @Test
  void whatIsNotAllowedIsRefusedByName() {
    assertRefused(Map.of("noise", "loud"), "noise", "mean or sampled");
    assertRefused(Map.of("noiseWindows", 4), "noiseWindows", "left out unless noise is sampled");
    assertRefused(Map.of("noise", "sampled", "noiseWindows", 0), "noiseWindows", "1024");
    assertRefused(Map.of("noise", "sampled", "noiseWindows", 1025), "noiseWindows", "1024");
    assertRefused(Map.of("backend", "llm", "noise", "mean"), "noise", "sampled");
    assertRefused(
        Map.of("backend", "llm", "noise", "sampled", "noiseWindows", 8),
        "noiseWindows",
        "llm.maxTokens");
    try (ServedModels without = models(RandomSurrogates.of(3, 3, 16, 1))) {
      registry = registry(without);
      assertRefused(SAMPLED, "noise", "mean: this surrogate doesn't know");
    }
  }

  private void assertRefused(Map<String, Object> asked, String field, String allowed) {
    assertThatThrownBy(() -> create(asked))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.allowed()).contains(allowed);
            });
  }
}
