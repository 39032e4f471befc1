package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.channel.FadingAwgn;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.random.RandomStream;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors on an LLM, a small random one: four layers, real tokens, real noise. */
class VectorOnTheLlmTest {
  private static final int COUNT = 6;
  private static final int STEPS = 5;

  private static LanguageModel llm;

  @TempDir private Path folder;

  @BeforeAll
  static void load() throws IOException, URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(
                    LanguageModel.class.getResource("/io/splitgym/decoder/tiny-llama.gguf"))
                .toURI());
    llm = LanguageModel.load("tiny", "0", file);
  }

  @AfterAll
  static void free() {
    llm.close();
  }

  private static LlmEvaluator evaluator(int threads) {
    return new LlmEvaluator(
        llm, Corpus.shipped(), 16, llm.room(16), 128, threads, HiddenStateBounds.DEFAULT);
  }

  private static SplitInferenceParameters parameters() {
    return SplitInferenceParameters.from(
        Preset.DEFAULT,
        Map.of("dynamics", Map.of("kind", "gauss-markov"), "episodeSteps", 3),
        llm.decoder().shape().layers());
  }

  private MeasuredPerplexityModel model(
      LlmEvaluator evaluator, MeasurementStore store, MeasuredOptions options, int cellsAtOnce) {
    return new MeasuredPerplexityModel(
        evaluator, store, FadingAwgn.ofUnit(1), options, cellsAtOnce);
  }

  private static MeasuredOptions options(int pool, int levels) {
    SplitInferenceParameters parameters = parameters();
    return new MeasuredOptions(
        pool, levels, levels, parameters.dynamics().reachable(parameters.ranges()));
  }

  private static SplitInferenceVector vector(MeasuredPerplexityModel model) {
    return new SplitInferenceVector(
        model, "llm", parameters(), COUNT, AutoresetMode.NEXT_STEP, 1, () -> {});
  }

  private static int[] actions(int step) {
    int[] actions = new int[COUNT];
    Arrays.setAll(actions, i -> (step + i) % 5);
    return actions;
  }

  /** What a single one says, evaluated on one thread from a store of its own, is what each says. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "5, 8"})
  void eachEnvironmentIsASingleOneOnAnyNumberOfThreads(int threads, int cellsAtOnce) {
    List<VectorStepResult> steps = new ArrayList<>();
    try (LlmEvaluator evaluator = evaluator(threads);
        MeasurementStore store = MeasurementStore.open(folder.resolve("vector.sqlite"));
        SplitInferenceVector vector = vector(model(evaluator, store, options(0, 0), cellsAtOnce))) {
      vector.reset(VectorSeeds.from(40), null, Map.of());
      for (int step = 0; step < STEPS; step++) {
        steps.add(vector.step(actions(step)));
      }
    }
    try (LlmEvaluator evaluator = evaluator(1);
        MeasurementStore store = MeasurementStore.open(folder.resolve("single.sqlite"))) {
      for (int i = 0; i < COUNT; i++) {
        SplitInferenceEnvironment single =
            new SplitInferenceEnvironment(
                model(evaluator, store, options(0, 0), 1),
                "llm",
                parameters(),
                RandomStream.ofSeed(0));
        single.reset(40L + i, Map.of());
        boolean over = false;
        for (int step = 0; step < STEPS; step++) {
          if (over) {
            single.reset(null, Map.of());
            over = false;
            continue;
          }
          StepResult expected = single.step(new DiscreteElement(actions(step)[i]));
          assertThat(steps.get(step).rewards()[i]).isEqualTo(expected.reward());
          BoxElement observation = (BoxElement) expected.observation();
          int width = steps.get(step).width();
          assertThat(Arrays.copyOfRange(steps.get(step).observations(), i * width, (i + 1) * width))
              .isEqualTo(observation.values());
          assertThat(number(steps.get(step), "lnPpl", i)).isEqualTo(expected.info().get("lnPpl"));
          over = expected.terminated() || expected.truncated();
        }
      }
    }
  }

  private static double number(VectorStepResult step, String name, int i) {
    return ((VectorColumn.Reals) Objects.requireNonNull(step.infos().get(name))).values()[i];
  }

  /** All in one cell: the same start, the same move, one noise seed to draw. */
  @Test
  void oneCellIsEvaluatedOnceForAllThatAreInIt() {
    try (LlmEvaluator evaluator = evaluator(2);
        MeasurementStore store = MeasurementStore.open(folder.resolve("m.sqlite"))) {
      MeasuredPerplexityModel model = model(evaluator, store, options(1, 2), 4);
      try (SplitInferenceVector vector = vector(model)) {
        vector.reset(VectorSeeds.from(1), null, Map.of("sigma", 0.3, "m", 10.0, "p", 2));
        long before = store.evaluations();
        VectorStepResult step = vector.step(new int[COUNT]);
        // the cell and the clean value
        assertThat(store.evaluations()).isBetween(before + 1, before + 2);
        for (int i = 1; i < COUNT; i++) {
          assertThat(number(step, "lnPpl", i)).isEqualTo(number(step, "lnPpl", 0));
        }
        VectorColumn.Nested cost =
            (VectorColumn.Nested) Objects.requireNonNull(step.infos().get("cost"));
        // what a step cost doesn't depend on who else is there
        assertThat(
                ((VectorColumn.Integers)
                        Objects.requireNonNull(cost.columns().get("llmEvaluations")))
                    .values())
            .containsOnly(1);
      }
    }
  }
}
