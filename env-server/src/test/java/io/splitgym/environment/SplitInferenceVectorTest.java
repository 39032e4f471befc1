package io.splitgym.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.ChannelState;
import io.splitgym.environment.VectorOfSingles.Shown;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.PredictingModel;
import io.splitgym.space.BoxElement;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SplitInferenceVectorTest {
  private static final int LAYERS = 30;

  /** Seventy calls cross several episodes of every preset; more blocks than one in one case. */
  private static final int CALLS = 70;

  /** ln PPL = 3 + 10 sigma / (p m), for many at once too. */
  private static final class Predicting implements PredictingModel {
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
      return new LogPerplexity(
          ToyPerplexity.predicted(state.sigma(), state.m(), split), state, OptionalLong.empty());
    }

    @Override
    public void logPerplexities(
        double[] sigma, double[] m, int[] split, int from, int to, double[] into) {
      for (int i = from; i < to; i++) {
        into[i] = ToyPerplexity.predicted(sigma[i], m[i], split[i]);
      }
    }
  }

  /** An LLM of 64 tokens with a small pool of noise and a coarse grid, so that cells come again. */
  private static final class Measuring implements PerplexityModel {
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
      ChannelState snapped = new ChannelState(Math.round(state.sigma() * 10) / 10.0, state.m());
      int seed = noise.nextInteger(1, 2);
      return new LogPerplexity(
          ToyPerplexity.predicted(snapped.sigma(), snapped.m(), split) + 0.1 * seed,
          snapped,
          OptionalLong.of(seed),
          64,
          seed == 1 ? OptionalDouble.of(512 + split) : OptionalDouble.empty());
    }
  }

  static Stream<Arguments> kinds() {
    List<Map<String, Object>> variants =
        List.of(
            Map.of(),
            Map.of("dynamics", Map.of("kind", "gauss-markov"), "actionMask", true),
            Map.of("reward", Map.of("kind", "reference"), "moves", List.of(0, -1, 1, 2, 4)),
            Map.of(
                "actionKind",
                "splits",
                "observeStepsLeft",
                true,
                "dynamics",
                Map.of("kind", "reference-drift"),
                "actionMask",
                true),
            Map.of("actions", 9, "endsAs", "terminated", "episodeSteps", 1),
            Map.of("actions", 3, "episodeSteps", 4, "reward", Map.of("kind", "objective")));
    return Arrays.stream(Preset.values())
        .flatMap(
            preset ->
                variants.stream()
                    .flatMap(
                        variant ->
                            Arrays.stream(AutoresetMode.values())
                                .map(mode -> Arguments.of(preset, variant, mode))));
  }

  /** Whatever the model: one that predicts for many at once, one that draws, an LLM. */
  @ParameterizedTest
  @MethodSource("kinds")
  void eachEnvironmentGoesThroughWhatASingleOneWithItsSeedDoes(
      Preset preset, Map<String, Object> variant, AutoresetMode autoreset) {
    SplitInferenceParameters parameters = SplitInferenceParameters.from(preset, variant, LAYERS);
    for (PerplexityModel model :
        List.of(new Predicting(), new ToyPerplexity(LAYERS, true), new Measuring())) {
      walk(model, parameters, autoreset, 5, 11);
    }
  }

  @Test
  void moreThanOneBlockGoesTheSameWay() {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.REFERENCE, Map.of("dynamics", Map.of("kind", "gauss-markov")), LAYERS);
    walk(new Predicting(), parameters, AutoresetMode.NEXT_STEP, 1_100, 3);
  }

  private static void walk(
      PerplexityModel model,
      SplitInferenceParameters parameters,
      AutoresetMode autoreset,
      int count,
      long seed) {
    VectorOfSingles singles = new VectorOfSingles(model, parameters, count, autoreset, seed);
    SplitInferenceVector vector =
        new SplitInferenceVector(model, "toy", parameters, count, autoreset, seed, () -> {});
    RandomStream random = RandomStream.ofSeed(seed).named("walk");
    List<@Nullable Long> none = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> none.add(null));
    boolean[] over = new boolean[count];

    compare(singles.reset(none, null, Map.of()), vector.reset(VectorSeeds.none(), null, Map.of()));
    for (int call = 0; call < CALLS; call++) {
      double choice = random.nextDouble();
      boolean[] mask = new boolean[count];
      for (int i = 0; i < count; i++) {
        mask[i] = over[i] || random.nextDouble() < 0.3;
      }
      boolean mustReset =
          autoreset == AutoresetMode.DISABLED && IntStream.range(0, count).anyMatch(i -> over[i]);
      if (choice < 0.1) {
        long first = random.nextInteger(-50, 50);
        List<@Nullable Long> seeds = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> seeds.add(first + i));
        compare(
            singles.reset(seeds, null, Map.of("p", 7)),
            vector.reset(VectorSeeds.from(first), null, Map.of("p", 7)));
        Arrays.fill(over, false);
      } else if (mustReset || (choice < 0.2 && anyOf(mask))) {
        List<@Nullable Long> seeds = new ArrayList<>(none);
        seeds.set(1, 77L);
        Map<String, Object> options = Map.of("sigma", 0.15);
        compare(
            singles.reset(seeds, mask, options),
            vector.reset(VectorSeeds.of(seeds), mask, options));
        for (int i = 0; i < count; i++) {
          over[i] &= !mask[i];
        }
      } else {
        int[] actions = new int[count];
        for (int i = 0; i < count; i++) {
          actions[i] = random.nextInteger(0, parameters.actions().actions() - 1);
        }
        VectorStepResult step = vector.step(actions);
        compare(singles.step(actions), step);
        for (int i = 0; i < count; i++) {
          over[i] =
              autoreset != AutoresetMode.SAME_STEP
                  && (step.terminations()[i] || step.truncations()[i]);
        }
      }
    }
  }

  private static boolean anyOf(boolean[] mask) {
    return IntStream.range(0, mask.length).anyMatch(i -> mask[i]);
  }

  private static void compare(List<Shown> singles, VectorResetResult vector) {
    int count = singles.size();
    compare(
        singles,
        new VectorStepResult(
            vector.observations(),
            vector.width(),
            new double[count],
            new boolean[count],
            new boolean[count],
            vector.infos()));
  }

  private static void compare(List<Shown> singles, VectorStepResult vector) {
    int width = vector.width();
    for (int i = 0; i < singles.size(); i++) {
      Shown single = singles.get(i);
      assertThat(
              new BoxElement(Arrays.copyOfRange(vector.observations(), i * width, (i + 1) * width)))
          .isEqualTo(single.observation());
      assertThat(vector.rewards()[i]).isEqualTo(single.reward());
      assertThat(vector.terminations()[i]).isEqualTo(single.terminated());
      assertThat(vector.truncations()[i]).isEqualTo(single.truncated());
      assertThat(infoOf(vector.infos(), i)).isEqualTo(widened(single.info()));
    }
  }

  /** The info of one environment, as far as the masks say that it has one. */
  private static Map<String, Object> infoOf(Map<String, VectorColumn> columns, int i) {
    Map<String, Object> info = new LinkedHashMap<>();
    columns.forEach(
        (name, column) -> {
          @Nullable Object value = valueOf(column, i);
          if (column.mask()[i]) {
            info.put(name, value);
          } else {
            assertThat(value).as(name).isIn(null, 0.0, 0L, Map.of(), List.of());
          }
        });
    return info;
  }

  private static @Nullable Object valueOf(VectorColumn column, int i) {
    if (column instanceof VectorColumn.Reals reals) {
      return reals.values()[i];
    }
    if (column instanceof VectorColumn.Integers integers) {
      return integers.values()[i];
    }
    if (column instanceof VectorColumn.SameReal same) {
      return same.mask()[i] ? same.value() : 0.0;
    }
    if (column instanceof VectorColumn.SameInteger same) {
      return same.mask()[i] ? same.value() : 0L;
    }
    if (column instanceof VectorColumn.Text text) {
      return text.mask()[i] ? text.value() : null;
    }
    if (column instanceof VectorColumn.SmallRows rows) {
      List<Long> row = new ArrayList<>();
      for (int k = 0; k < rows.width(); k++) {
        row.add((long) rows.values()[i * rows.width() + k]);
      }
      return row.stream().allMatch(value -> value == 0) ? List.of() : row;
    }
    if (column instanceof VectorColumn.Observations rows) {
      float[] row = Arrays.copyOfRange(rows.values(), i * rows.width(), (i + 1) * rows.width());
      return rows.mask()[i] ? new BoxElement(row) : null;
    }
    return infoOf(((VectorColumn.Nested) column).columns(), i);
  }

  private static Object widened(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> wide = new LinkedHashMap<>();
      map.forEach((key, member) -> wide.put(String.valueOf(key), widened(member)));
      return wide;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(SplitInferenceVectorTest::widened).toList();
    }
    return value instanceof Integer integer ? (Object) integer.longValue() : value;
  }

  @Test
  void aSavedVectorGoesOnTheSameWayInAnother() {
    for (PerplexityModel model : List.of(new Predicting(), new Measuring())) {
      SplitInferenceParameters parameters =
          SplitInferenceParameters.from(
              Preset.REFERENCE, Map.of("dynamics", Map.of("kind", "gauss-markov")), LAYERS);
      SplitInferenceVector first = vector(model, parameters, AutoresetMode.NEXT_STEP);
      SplitInferenceVector second = vector(model, parameters, AutoresetMode.NEXT_STEP);
      first.reset(VectorSeeds.from(9), null, Map.of());
      first.step(new int[] {1, 2, 3});
      first.step(new int[] {2, 2, 2});
      byte[] saved = first.save();
      second.restore(saved);
      assertThat(second.save()).isEqualTo(saved);
      for (int step = 0; step < 12; step++) {
        VectorStepResult expected = first.step(new int[] {2, 0, 1});
        VectorStepResult actual = second.step(new int[] {2, 0, 1});
        assertThat(actual.observations()).isEqualTo(expected.observations());
        assertThat(actual.rewards()).isEqualTo(expected.rewards());
        for (int i = 0; i < 3; i++) {
          assertThat(infoOf(actual.infos(), i)).isEqualTo(infoOf(expected.infos(), i));
        }
      }
      assertThat(second.save()).isEqualTo(first.save());
    }
  }

  /** Bytes that were cut, lengthened or changed are refused, or make a state that can be. */
  @Test
  void whatIsNoStateIsRefusedAndChangesNothing() {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.REFERENCE, Map.of(), LAYERS);
    SplitInferenceVector vector = vector(new Measuring(), parameters, AutoresetMode.NEXT_STEP);
    vector.reset(VectorSeeds.from(9), null, Map.of());
    vector.step(new int[] {1, 2, 3});
    byte[] saved = vector.save();
    int refused = 0;
    for (int length = 0; length < saved.length; length += 7) {
      byte[] cut = Arrays.copyOf(saved, length);
      assertThatThrownBy(() -> vector.restore(cut)).isInstanceOf(InvalidValueException.class);
      assertThat(vector.save()).isEqualTo(saved);
    }
    for (int place = 0; place < saved.length; place++) {
      byte[] changed = saved.clone();
      changed[place] ^= (byte) 0x80;
      try {
        vector.restore(changed);
        vector.step(new int[] {0, 0, 0});
        vector.restore(saved);
      } catch (InvalidValueException e) {
        refused++;
      }
      assertThat(vector.save()).isEqualTo(saved);
    }
    assertThat(refused).isPositive();
    SplitInferenceVector larger =
        new SplitInferenceVector(
            new Measuring(), "toy", parameters, 4, AutoresetMode.NEXT_STEP, 1, () -> {});
    assertThatThrownBy(() -> larger.restore(saved))
        .hasMessage("state is of 3 environments, must be of 4 environments");
  }

  @Test
  void theNumberOfThreadsChangesNothing() throws Exception {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.DEFAULT, Map.of("dynamics", Map.of("kind", "gauss-markov")), LAYERS);
    List<byte[]> states = new ArrayList<>();
    for (int threads : new int[] {1, 2, 7}) {
      ForkJoinPool pool = new ForkJoinPool(threads);
      try {
        states.add(
            pool.submit(
                    () -> {
                      SplitInferenceVector vector =
                          new SplitInferenceVector(
                              new Predicting(),
                              "toy",
                              parameters,
                              3_000,
                              AutoresetMode.SAME_STEP,
                              4,
                              () -> {});
                      vector.reset(VectorSeeds.none(), null, Map.of());
                      for (int step = 0; step < 25; step++) {
                        vector.step(new int[3_000]);
                      }
                      return vector.save();
                    })
                .get());
      } finally {
        pool.shutdown();
      }
    }
    assertThat(states.get(1)).isEqualTo(states.get(0));
    assertThat(states.get(2)).isEqualTo(states.get(0));
  }

  @Test
  void beforeTheFirstResetThereIsNoStep() {
    assertThatThrownBy(() -> vector(AutoresetMode.NEXT_STEP).step(new int[3]))
        .isInstanceOf(EpisodeNotRunningException.class)
        .hasMessageContaining("reset the vector environment first");
  }

  @Test
  void withoutAutoresetTheCallerResetsWhatIsOver() {
    SplitInferenceVector vector = vector(AutoresetMode.DISABLED);
    vector.reset(VectorSeeds.from(1), null, Map.of());
    for (int step = 0; step < 5; step++) {
      vector.step(new int[3]);
    }
    vector.reset(VectorSeeds.none(), new boolean[] {true, false, true}, Map.of());
    byte[] before = vector.save();
    assertThatThrownBy(() -> vector.step(new int[3]))
        .isInstanceOf(EpisodeNotRunningException.class)
        .hasMessageContaining("[1] are over");
    assertThat(vector.save()).isEqualTo(before);
    vector.reset(VectorSeeds.none(), new boolean[] {false, true, false}, Map.of());
    vector.step(new int[3]);
  }

  @ParameterizedTest
  @EnumSource(AutoresetMode.class)
  void whatDoesNotFitIsRefusedByName(AutoresetMode autoreset) {
    SplitInferenceVector vector = vector(autoreset);
    refused(
        () -> vector.reset(VectorSeeds.none(), new boolean[] {true, true, false}, Map.of()),
        "options.reset_mask is false at 2, must be true where no reset has been yet");
    vector.reset(VectorSeeds.none(), null, Map.of());
    byte[] before = vector.save();
    refused(
        () -> vector.reset(VectorSeeds.none(), new boolean[3], Map.of()),
        "options.reset_mask is all false, must be true at least once");
    refused(
        () -> vector.reset(VectorSeeds.none(), new boolean[2], Map.of()),
        "options.reset_mask is 2 values, must be 3 values, one for each environment");
    refused(
        () -> vector.reset(VectorSeeds.of(List.of(1L)), null, Map.of()),
        "seed is 1 seeds, must be 3 seeds, one for each environment");
    refused(
        () -> vector.reset(VectorSeeds.from(Long.MAX_VALUE - 1), null, Map.of()),
        "seed is 9223372036854775806, must be at most 9223372036854775805");
    refused(
        () -> vector.reset(VectorSeeds.none(), null, Map.of("sigma", 0.9)),
        "options.sigma is 0.9, must be a number in [0, 0.3]");
    refused(
        () -> vector.step(new int[] {0, 5, 0}), "actions[1] is 5, must be an integer in [0, 4]");
    refused(
        () -> vector.step(new int[2]),
        "actions is 2 values, must be 3 values, one for each environment");
    assertThat(vector.save()).isEqualTo(before);
  }

  /** A step that failed was no step: it can be taken again. */
  @Test
  void aModelThatFailsLeavesTheVectorAsItWas() {
    boolean[] fails = {false};
    PerplexityModel failing =
        new PerplexityModel() {
          private final Measuring model = new Measuring();

          @Override
          public int layers() {
            return LAYERS;
          }

          @Override
          public double cleanLogPerplexity() {
            return 3;
          }

          @Override
          public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
            if (fails[0] && split == 9) {
              throw new IllegalStateException("out of memory");
            }
            return model.logPerplexity(state, split, noise);
          }
        };
    SplitInferenceVector vector =
        vector(
            failing,
            SplitInferenceParameters.from(Preset.REFERENCE, Map.of(), LAYERS),
            AutoresetMode.SAME_STEP);
    vector.reset(VectorSeeds.from(1), null, Map.of("p", 8));
    byte[] before = vector.save();
    fails[0] = true;
    assertThatThrownBy(() -> vector.step(new int[] {0, 0, 2})).hasMessage("out of memory");
    assertThat(vector.save()).isEqualTo(before);
    fails[0] = false;
    vector.step(new int[] {0, 0, 2});
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(InvalidValueException.class).hasMessage(message);
  }

  private static SplitInferenceVector vector(AutoresetMode autoreset) {
    return vector(
        new Predicting(),
        SplitInferenceParameters.from(Preset.DEFAULT, Map.of("episodeSteps", 5), LAYERS),
        autoreset);
  }

  private static SplitInferenceVector vector(
      PerplexityModel model, SplitInferenceParameters parameters, AutoresetMode autoreset) {
    return new SplitInferenceVector(model, "toy", parameters, 3, autoreset, 5, () -> {});
  }
}
