package io.splitgym.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitInferenceEnvironmentTest {
  private static final int LAYERS = 30;
  private static final Map<String, Object> NONE = Map.of();
  private static final DiscreteElement STAY = new DiscreteElement(0);

  private final ToyPerplexity model = new ToyPerplexity(LAYERS, false);

  @Test
  void spacesAreThoseOfTheParameters() {
    SplitInferenceEnvironment environment = environment(Map.of());

    assertThat(environment.observationSpace())
        .isEqualTo(
            new Box(
                List.of("sigma", "m", "p"),
                new float[] {0f, 0.5f, 1f},
                new float[] {0.3f, 10f, 29f}));
    assertThat(environment.actionSpace()).isEqualTo(new Discrete(5));
  }

  @Test
  void theReferencesDriftWidensTheObservationSpaceToWhatItCanReach() {
    SplitInferenceEnvironment environment = environment(Preset.REFERENCE, Map.of(), model);

    assertThat(environment.observationSpace())
        .isEqualTo(
            new Box(
                List.of("sigma", "m", "p"),
                new float[] {0f, 0.5f, 1f},
                new float[] {0.3f, 10f, 10f}));
  }

  @Test
  void whatNeverChangesIsObservedBetweenItsUsualBounds() {
    SplitInferenceEnvironment environment =
        environment(
            Map.of(
                "sigmaRange", List.of(0.4, 0.4),
                "mRange", List.of(0.5, 0.5),
                "splitRange", List.of(3, 3)));

    assertThat(environment.observationSpace())
        .isEqualTo(
            new Box(
                List.of("sigma", "m", "p"),
                new float[] {0f, 0.5f, 1f},
                new float[] {0.4f, 10f, 29f}));
    assertThat(environment.reset(1L, NONE).observation()).isEqualTo(new BoxElement(0.4f, 0.5f, 3f));
    for (Map<String, Object> elsewhere :
        List.<Map<String, Object>>of(Map.of("m", 2), Map.of("sigma", 0.1), Map.of("p", 4))) {
      assertThatThrownBy(() -> environment.reset(1L, elsewhere))
          .isInstanceOf(InvalidValueException.class);
    }
  }

  static Stream<Arguments> presetsAndDynamics() {
    Map<String, Object> wild = Map.of("kind", "gauss-markov", "sigmaDeviation", 1);
    return Stream.of(Preset.values())
        .flatMap(
            preset ->
                Stream.of(
                    Arguments.of(preset, Map.of()),
                    Arguments.of(preset, Map.of("dynamics", wild)),
                    Arguments.of(preset, Map.of("dynamics", Map.of("kind", "reference-drift")))));
  }

  @ParameterizedTest
  @MethodSource("presetsAndDynamics")
  void everyObservationLiesInItsSpace(Preset preset, Map<String, Object> overrides) {
    SplitInferenceEnvironment environment =
        environment(preset, overrides, new ToyPerplexity(LAYERS, true));
    RandomStream random = RandomStream.ofSeed(3);
    for (int episode = 0; episode < 50; episode++) {
      ResetResult start = environment.reset(null, NONE);
      assertThat(environment.observationSpace().contains(start.observation())).isTrue();
      StepResult step;
      do {
        step = environment.step(new DiscreteElement(random.nextInteger(0, 4)));
        assertThat(environment.observationSpace().contains(step.observation())).isTrue();
        assertThat(step.reward()).isFinite();
      } while (!step.done());
    }
  }

  @Test
  void startsCoverTheirRangesUniformly() {
    SplitInferenceEnvironment environment = environment(Map.of());
    int episodes = 20_000;
    double sigma = 0;
    double m = 0;
    int[] splits = new int[LAYERS];
    for (int i = 0; i < episodes; i++) {
      BoxElement start = (BoxElement) environment.reset(null, NONE).observation();
      sigma += start.at(0) / episodes;
      m += start.at(1) / episodes;
      splits[(int) start.at(2)]++;
    }

    double root = Math.sqrt(12.0 * episodes);
    assertThat(sigma).isCloseTo(0.15, within(5 * 0.3 / root));
    assertThat(m).isCloseTo(5.25, within(5 * 9.5 / root));
    assertThat(splits[0]).isZero();
    for (int p = 1; p < LAYERS; p++) {
      assertThat(splits[p]).isBetween(episodes / 29 - 150, episodes / 29 + 150);
    }
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void theSameSeedGivesTheSameObservationsRewardsAndInfo(Preset preset) {
    Map<String, Object> overrides = Map.of("dynamics", Map.of("kind", "gauss-markov"));
    SplitInferenceEnvironment first =
        environment(preset, overrides, new ToyPerplexity(LAYERS, true));
    SplitInferenceEnvironment second =
        environment(preset, overrides, new ToyPerplexity(LAYERS, true));
    second.reset(99L, NONE);
    second.step(STAY);

    assertThat(episode(second, 123L)).isEqualTo(episode(first, 123L));
    assertThat(episode(first, 123L)).isEqualTo(episode(second, 123L));
    assertThat(episode(first, 124L)).isNotEqualTo(episode(first, 123L));
  }

  @Test
  void anUnseededResetGoesOnFromTheSeededOne() {
    SplitInferenceEnvironment first = environment(Map.of());
    SplitInferenceEnvironment second = environment(Map.of());
    first.reset(7L, NONE);
    first.step(new DiscreteElement(2));
    second.reset(3L, NONE);
    second.reset(null, NONE);
    second.reset(7L, NONE);

    ResetResult next = first.reset(null, NONE);

    assertThat(second.reset(null, NONE)).isEqualTo(next);
    assertThat(first.reset(7L, NONE)).isNotEqualTo(next);
    assertThat(first.reset(null, NONE)).isEqualTo(next);
    assertThat(first.reset(null, NONE)).isNotEqualTo(next);
  }

  @Test
  void withoutASeedTheGivenStreamDecides() {
    SplitInferenceParameters parameters = SplitInferenceParameters.of(Preset.DEFAULT, LAYERS);
    List<ResetResult> starts = new ArrayList<>();
    for (long seed : new long[] {1, 1, 2}) {
      starts.add(
          new SplitInferenceEnvironment(model, "toy", parameters, RandomStream.ofSeed(seed))
              .reset(null, NONE));
    }

    assertThat(starts.get(1)).isEqualTo(starts.get(0));
    assertThat(starts.get(2)).isNotEqualTo(starts.get(0));
  }

  @Test
  void optionsFixTheStart() {
    Map<String, Object> info =
        environment(Map.of()).reset(42L, Map.of("sigma", 0.2, "m", 1, "p", 5L)).info();
    BoxElement start =
        (BoxElement)
            environment(Map.of()).reset(42L, Map.of("sigma", 0.2, "m", 1, "p", 5.0)).observation();

    assertThat(start).isEqualTo(new BoxElement(0.2f, 1f, 5f));
    assertThat(info)
        .containsExactly(
            entry("cleanLnPpl", 3.0),
            entry("split", 5),
            entry("stepsLeft", 10),
            entry("backend", "toy"),
            entry("cost", Map.of("llmEvaluations", 0L, "cacheHits", 0L, "tokens", 0L)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5})
  void anOptionLeavesTheOtherDrawsAsTheyWere(long seed) {
    SplitInferenceEnvironment environment = environment(Map.of());
    BoxElement free = (BoxElement) environment.reset(seed, NONE).observation();
    BoxElement sigma = (BoxElement) environment.reset(seed, Map.of("sigma", 0.1)).observation();
    BoxElement m = (BoxElement) environment.reset(seed, Map.of("m", 3)).observation();
    BoxElement split = (BoxElement) environment.reset(seed, Map.of("p", 3)).observation();

    assertThat(sigma).isEqualTo(new BoxElement(0.1f, free.at(1), free.at(2)));
    assertThat(m).isEqualTo(new BoxElement(free.at(0), 3f, free.at(2)));
    assertThat(split).isEqualTo(new BoxElement(free.at(0), free.at(1), 3f));
    ResetResult after = environment.reset(null, NONE);
    environment.reset(seed, NONE);
    assertThat(environment.reset(null, NONE)).isEqualTo(after);
  }

  @Test
  void anObservationsOwnValuesAreValidOptions() {
    SplitInferenceEnvironment environment = environment(Map.of());

    // 0.3 in float32 is a little more than 0.3
    ResetResult start = environment.reset(1L, Map.of("sigma", (double) 0.3f, "m", 10.0, "p", 29));

    assertThat(start.observation()).isEqualTo(new BoxElement(0.3f, 10f, 29f));
  }

  static Stream<Arguments> refusedOptions() {
    return Stream.of(
        Arguments.of("q", 1, "options.q is 1, must be absent; known are sigma, m, p"),
        Arguments.of("sigma", 0.31, "options.sigma is 0.31, must be a number in [0, 0.3]"),
        Arguments.of("sigma", -0.1, "options.sigma is -0.1, must be a number in [0, 0.3]"),
        Arguments.of("sigma", "x", "options.sigma is x, must be a number in [0, 0.3]"),
        Arguments.of("sigma", Double.NaN, "options.sigma is NaN, must be a number in [0, 0.3]"),
        Arguments.of("m", 0.4, "options.m is 0.4, must be a number in [0.5, 10]"),
        Arguments.of("p", 30, "options.p is 30, must be an integer in [1, 29]"),
        Arguments.of("p", 0, "options.p is 0, must be an integer in [1, 29]"),
        Arguments.of("p", 1.5, "options.p is 1.5, must be an integer in [1, 29]"));
  }

  @ParameterizedTest
  @MethodSource("refusedOptions")
  void aRefusedOptionIsNamedAndLeavesTheEpisodeRunning(String name, Object value, String message) {
    SplitInferenceEnvironment environment = environment(Map.of());
    environment.reset(5L, NONE);
    EnvironmentState before = environment.state();

    assertThatThrownBy(() -> environment.reset(6L, Map.of(name, value)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(message);
    assertThat(environment.state()).isEqualTo(before);
  }

  @Test
  void anEpisodeWithAbsoluteActionsATimeAndAMaskTellsAllThree() {
    SplitInferenceEnvironment environment =
        environment(
            Map.of(
                "actionKind",
                "splits",
                "splitRange",
                List.of(2, 6),
                "episodeSteps",
                3,
                "observeStepsLeft",
                true,
                "actionMask",
                true));
    assertThat(environment.actionSpace()).isEqualTo(new Discrete(5));
    assertThat(environment.observationSpace().names())
        .containsExactly("sigma", "m", "p", "stepsLeft");
    assertThat(environment.observationSpace().high()[3]).isEqualTo(3);
    ResetResult start = environment.reset(3L, Map.of());
    assertThat(((BoxElement) start.observation()).at(3)).isEqualTo(3);
    StepResult step = environment.step(new DiscreteElement(4));
    assertThat(((BoxElement) step.observation()).at(2)).isEqualTo(6);
    assertThat(((BoxElement) step.observation()).at(3)).isEqualTo(2);
    assertThat(environment.observationSpace().contains(step.observation())).isTrue();
    assertThat(step.info()).containsEntry("action_mask", List.of(1, 1, 1, 1, 1));
  }

  /** An LLM of 100 tokens with a pool of one noise seed: a cell is known by state and split. */
  @Test
  void costCountsACellThatTheEpisodeAskedForBeforeAsAHit() {
    PerplexityModel llm =
        new PerplexityModel() {
          @Override
          public int layers() {
            return 30;
          }

          @Override
          public double cleanLogPerplexity() {
            return 3;
          }

          @Override
          public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
            return new LogPerplexity(4, state, OptionalLong.of(1), 100, OptionalDouble.of(640));
          }
        };
    SplitInferenceEnvironment environment =
        environment(
            Preset.DEFAULT, Map.of("reward", Map.of("kind", "reference"), "actions", 3), llm);
    Map<String, Long> fresh = Map.of("llmEvaluations", 1L, "cacheHits", 0L, "tokens", 100L);
    Map<String, Long> known = Map.of("llmEvaluations", 0L, "cacheHits", 1L, "tokens", 0L);
    for (int episode = 0; episode < 2; episode++) {
      assertThat(environment.reset(null, Map.of("p", 9)).info()).containsEntry("cost", fresh);
      assertThat(environment.step(new DiscreteElement(0)).info()).containsEntry("cost", known);
      assertThat(environment.step(new DiscreteElement(2)).info()).containsEntry("cost", fresh);
      byte[] saved = environment.save();
      environment.reset(8L, Map.of());
      environment.restore(saved);
      assertThat(environment.step(new DiscreteElement(1)).info()).containsEntry("cost", known);
      assertThat(environment.step(new DiscreteElement(2)).info()).containsEntry("cost", known);
    }
  }

  @Test
  void aStepMovesTheSplitAndRewardsTheStateThatItLedTo() {
    SplitInferenceEnvironment environment = environment(Map.of());
    environment.reset(1L, Map.of("sigma", 0.25, "m", 2, "p", 4));

    StepResult step = environment.step(new DiscreteElement(4));

    double lnPpl = ToyPerplexity.predicted(0.25, 2, 6);
    assertThat(step.observation()).isEqualTo(new BoxElement(0.25f, 2f, 6f));
    assertThat(step.reward()).isCloseTo(-(lnPpl - 3) - 6 / 30.0, within(1e-12));
    Map<String, Object> terms = new LinkedHashMap<>();
    terms.put("inference", -(lnPpl - 3));
    terms.put("load", -6 / 30.0);
    assertThat(step.info())
        .containsExactly(
            entry("lnPpl", lnPpl),
            entry("evaluatedAt", Map.of("sigma", 0.25, "m", 2.0)),
            entry("rewardTerms", terms),
            entry("cleanLnPpl", 3.0),
            entry("split", 6),
            entry("stepsLeft", 9),
            entry("backend", "toy"),
            entry("cost", Map.of("llmEvaluations", 0L, "cacheHits", 0L, "tokens", 0L)));
  }

  @Test
  void theSeedOfTheModelsNoiseIsTold() {
    SplitInferenceEnvironment environment =
        environment(Preset.DEFAULT, Map.of(), new ToyPerplexity(LAYERS, true));
    environment.reset(1L, NONE);

    assertThat(environment.step(STAY).info().get("noiseSeed")).isInstanceOf(Long.class);
  }

  @Test
  void theNoiseOfAStepDoesNotDependOnTheActionsBefore() {
    SplitInferenceEnvironment left =
        environment(Preset.DEFAULT, Map.of(), new ToyPerplexity(LAYERS, true));
    SplitInferenceEnvironment right =
        environment(Preset.DEFAULT, Map.of(), new ToyPerplexity(LAYERS, true));
    left.reset(1L, Map.of("p", 10));
    right.reset(1L, Map.of("p", 10));

    Object first = left.step(new DiscreteElement(1)).info().get("noiseSeed");
    assertThat(right.step(new DiscreteElement(2)).info().get("noiseSeed")).isEqualTo(first);
    Object second = left.step(new DiscreteElement(2)).info().get("noiseSeed");
    assertThat(right.step(new DiscreteElement(1)).info().get("noiseSeed")).isEqualTo(second);
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void sevenActionsCrossTheRangeJustInTime() {
    SplitInferenceEnvironment environment = environment(Map.of("actions", 7));
    environment.reset(1L, Map.of("p", 1));
    for (int step = 1; step < 10; step++) {
      assertThat(environment.step(new DiscreteElement(6)).done()).isFalse();
    }

    StepResult last = environment.step(new DiscreteElement(6));

    assertThat(((BoxElement) last.observation()).at(2)).isEqualTo(29f);
    assertThat(last.truncated()).isTrue();
    assertThat(last.terminated()).isFalse();
    assertThat(last.info()).containsEntry("stepsLeft", 0);
  }

  @Test
  void theReferencesEpisodeTerminatesAfterFiveSteps() {
    SplitInferenceEnvironment environment = environment(Preset.REFERENCE, Map.of(), model);
    environment.reset(1L, NONE);
    for (int step = 1; step < 5; step++) {
      assertThat(environment.step(STAY).done()).isFalse();
    }

    StepResult last = environment.step(STAY);

    assertThat(last.terminated()).isTrue();
    assertThat(last.truncated()).isFalse();
  }

  @Test
  void theReferencesFirstStayIsScoredAgainstThisEpisodesStart() {
    SplitInferenceEnvironment environment = environment(Preset.REFERENCE, Map.of(), model);
    environment.reset(1L, Map.of("sigma", 0.3, "p", 1));
    environment.step(STAY);

    ResetResult start = environment.reset(2L, Map.of("sigma", 0.1, "p", 4));
    StepResult stay = environment.step(STAY);

    assertThat(start.info()).containsEntry("lnPpl", ToyPerplexity.predicted(0.1, 1, 4));
    assertThat(stay.reward()).isCloseTo(0.6, within(1e-12));
  }

  @Test
  void theReferencesNoiseDriftsWithTheLayersMoved() {
    SplitInferenceEnvironment environment =
        environment(Preset.REFERENCE, Map.of("actions", 9), model);
    environment.reset(1L, Map.of("sigma", 0.2, "p", 8));

    // only two layers fit
    StepResult cut = environment.step(new DiscreteElement(8));

    assertThat(cut.info().get("evaluatedAt"))
        .isEqualTo(Map.of("sigma", 0.2 * (1 - 2 * 0.0005), "m", 1.0));
    assertThat(((BoxElement) cut.observation()).at(2)).isEqualTo(10f);
  }

  @Test
  void aResetMeasuresOnlyWhereTheRewardNeedsTheStart() {
    environment(Map.of()).reset(1L, NONE);
    assertThat(model.calls()).isEmpty();

    environment(Preset.REFERENCE, Map.of(), model).reset(1L, Map.of("sigma", 0.1, "p", 4));
    assertThat(model.calls()).containsExactly(new ToyPerplexity.Call(new ChannelState(0.1, 1), 4));
  }

  @Test
  void aStepOutsideAnEpisodeIsRefused() {
    SplitInferenceEnvironment environment = environment(Map.of("episodeSteps", 1));

    assertThatThrownBy(() -> environment.step(STAY))
        .isInstanceOf(EpisodeNotRunningException.class)
        .hasMessage("no episode is running: reset the environment first");
    environment.reset(1L, NONE);
    environment.step(STAY);
    assertThatThrownBy(() -> environment.step(STAY))
        .isInstanceOf(EpisodeNotRunningException.class)
        .hasMessage("the episode is over, all 1 of its steps taken: reset the environment first");
    environment.reset(null, NONE);
    environment.close();
    environment.close();
    assertThatThrownBy(() -> environment.step(STAY)).isInstanceOf(EpisodeNotRunningException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5, Integer.MAX_VALUE})
  void anActionOutsideItsSpaceIsRefusedAndCostsNoStep(int action) {
    SplitInferenceEnvironment environment = environment(Map.of());
    environment.reset(1L, NONE);
    EnvironmentState before = environment.state();

    InvalidValueException refusal =
        catchThrowableOfType(
            InvalidValueException.class, () -> environment.step(new DiscreteElement(action)));

    assertThat(refusal).hasMessage("action is " + action + ", must be an integer in [0, 4]");
    assertThat(refusal.field()).isEqualTo("action");
    assertThat(environment.state()).isEqualTo(before);
  }

  @Test
  void anActionOfAnotherKindIsRefused() {
    SplitInferenceEnvironment environment = environment(Map.of());
    environment.reset(1L, NONE);

    assertThatThrownBy(() -> environment.step(new BoxElement(Float.NaN)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("action is [NaN], must be an integer in [0, 4]");
  }

  @Test
  void aStepThatTheModelFailsCanBeRepeated() {
    FailingOnce failing = new FailingOnce();
    SplitInferenceEnvironment environment = environment(Preset.DEFAULT, Map.of(), failing);
    environment.reset(1L, NONE);
    failing.fails = true;

    assertThatThrownBy(() -> environment.step(STAY)).hasMessage("out of memory");

    StepResult repeated = environment.step(STAY);
    assertThat(repeated.info()).containsEntry("stepsLeft", 9);
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void aRestoredEnvironmentGoesOnTheSameWay(Preset preset) {
    Map<String, Object> overrides = Map.of("dynamics", Map.of("kind", "gauss-markov"));
    SplitInferenceEnvironment original =
        environment(preset, overrides, new ToyPerplexity(LAYERS, true));
    original.reset(8L, NONE);
    original.step(new DiscreteElement(2));
    SplitInferenceEnvironment copy =
        environment(preset, overrides, new ToyPerplexity(LAYERS, true));

    copy.restore(original.save());

    assertThat(copy.state()).isEqualTo(original.state());
    assertThat(copy.step(STAY)).isEqualTo(original.step(STAY));
    assertThat(episode(copy, null)).isEqualTo(episode(original, null));
  }

  @Test
  void savedBytesThatAreCutLongerOrOfAnotherVersionAreRefused() {
    SplitInferenceEnvironment environment = environment(Preset.REFERENCE, Map.of(), model);
    environment.reset(8L, NONE);
    byte[] saved = environment.save();
    EnvironmentState before = environment.state();

    for (int length = 0; length < saved.length; length++) {
      byte[] cut = Arrays.copyOf(saved, length);
      assertThatThrownBy(() -> environment.restore(cut)).isInstanceOf(InvalidValueException.class);
    }
    byte[] longer = Arrays.copyOf(saved, saved.length + 1);
    assertThatThrownBy(() -> environment.restore(longer)).isInstanceOf(InvalidValueException.class);
    byte[] other = saved.clone();
    other[0]++;
    assertThatThrownBy(() -> environment.restore(other)).hasMessageContaining("of version 2");
    assertThat(environment.state()).isEqualTo(before);
  }

  @Test
  void bytesWithAnyBitTurnedAreRefusedOrLeadToAStateThatCanBe() {
    SplitInferenceEnvironment environment = environment(Preset.REFERENCE, Map.of(), model);
    environment.reset(8L, NONE);
    environment.step(STAY);
    byte[] saved = environment.save();
    for (int bit = 0; bit < 8 * saved.length; bit++) {
      byte[] turned = saved.clone();
      turned[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        environment.restore(turned);
      } catch (InvalidValueException e) {
        continue;
      }
      EnvironmentState.Episode episode = environment.state().episode();
      if (episode == null) {
        continue;
      }
      if (episode.steps() < environment.parameters().episodeSteps()) {
        environment.step(STAY);
      }
      environment.reset(null, NONE);
    }
  }

  @Test
  void aStateThatThisEnvironmentCannotBeInIsRefused() {
    SplitInferenceEnvironment environment = environment(Preset.DEFAULT, Map.of(), model);
    environment.reset(8L, NONE);
    EnvironmentState before = environment.state();
    EnvironmentState.Episode good = Objects.requireNonNull(before.episode());
    ChannelState far = new ChannelState(0.9, 1);
    OptionalDouble none = OptionalDouble.empty();
    List<EnvironmentState.Episode> impossible =
        List.of(
            new EnvironmentState.Episode(far, good.now(), 5, 0, none),
            new EnvironmentState.Episode(good.start(), far, 5, 0, none),
            new EnvironmentState.Episode(good.start(), good.now(), 0, 0, none),
            new EnvironmentState.Episode(good.start(), good.now(), LAYERS, 0, none),
            new EnvironmentState.Episode(good.start(), good.now(), 5, -1, none),
            new EnvironmentState.Episode(good.start(), good.now(), 5, 11, none),
            new EnvironmentState.Episode(good.start(), good.now(), 5, 1, OptionalDouble.of(3)));
    for (EnvironmentState.Episode episode : impossible) {
      byte[] saved = new EnvironmentState(before.random(), 1, episode).bytes();
      assertThatThrownBy(() -> environment.restore(saved))
          .as("%s", episode)
          .isInstanceOf(InvalidValueException.class);
    }
    assertThat(environment.state()).isEqualTo(before);
  }

  @Test
  void splitsThatTheModelLacksAreRefused() {
    SplitInferenceParameters parameters = SplitInferenceParameters.of(Preset.DEFAULT, LAYERS);

    assertThatThrownBy(
            () ->
                new SplitInferenceEnvironment(
                    new ToyPerplexity(12, false), "toy", parameters, RandomStream.ofSeed(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("splitRange is [1, 29], must be within [1, 11] for a model of 12 layers");
  }

  private static List<Object> episode(SplitInferenceEnvironment environment, @Nullable Long seed) {
    List<Object> events = new ArrayList<>();
    events.add(environment.reset(seed, NONE));
    RandomStream actions = RandomStream.ofSeed(55);
    StepResult step;
    do {
      step = environment.step(new DiscreteElement(actions.nextInteger(0, 4)));
      events.add(step);
    } while (!step.done());
    return events;
  }

  private SplitInferenceEnvironment environment(Map<String, Object> overrides) {
    return environment(Preset.DEFAULT, overrides, model);
  }

  private static SplitInferenceEnvironment environment(
      Preset preset, Map<String, Object> overrides, PerplexityModel model) {
    return new SplitInferenceEnvironment(
        model,
        "toy",
        SplitInferenceParameters.from(preset, overrides, LAYERS),
        RandomStream.ofSeed(2024));
  }

  private static final class FailingOnce implements PerplexityModel {
    private final ToyPerplexity toy = new ToyPerplexity(LAYERS, true);
    private boolean fails;

    @Override
    public int layers() {
      return LAYERS;
    }

    @Override
    public double cleanLogPerplexity() {
      return ToyPerplexity.CLEAN;
    }

    @Override
    public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
      if (fails) {
        fails = false;
        throw new IllegalStateException("out of memory");
      }
      return toy.logPerplexity(state, split, noise);
    }
  }
}
