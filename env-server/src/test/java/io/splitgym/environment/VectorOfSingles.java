package io.splitgym.environment;

import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gymnasium's SyncVectorEnv (1.4.0), line by line, over single environments. */
final class VectorOfSingles {
  /** What one environment of the vector shows after a call. */
  record Shown(
      BoxElement observation,
      double reward,
      boolean terminated,
      boolean truncated,
      Map<String, Object> info) {}

  private final List<SplitInferenceEnvironment> environments = new ArrayList<>();
  private final AutoresetMode autoreset;
  private final Shown[] shown;
  private final boolean[] autoresets;

  VectorOfSingles(
      PerplexityModel model,
      SplitInferenceParameters parameters,
      int count,
      AutoresetMode autoreset,
      long seed) {
    for (int i = 0; i < count; i++) {
      environments.add(
          new SplitInferenceEnvironment(
              model, "toy", parameters, RandomStream.ofSeed(seed + i).named("environment")));
    }
    this.autoreset = autoreset;
    this.shown = new Shown[count];
    this.autoresets = new boolean[count];
  }

  List<Shown> reset(
      List<@Nullable Long> seeds, boolean @Nullable [] mask, Map<String, Object> options) {
    List<Shown> all = new ArrayList<>();
    for (int i = 0; i < shown.length; i++) {
      if (mask == null || mask[i]) {
        autoresets[i] = false;
        ResetResult result = environments.get(i).reset(seeds.get(i), options);
        shown[i] = new Shown((BoxElement) result.observation(), 0, false, false, result.info());
        all.add(shown[i]);
      } else {
        // no info where nothing was reset
        all.add(new Shown(shown[i].observation(), 0, false, false, Map.of()));
      }
    }
    return all;
  }

  List<Shown> step(int[] actions) {
    List<Shown> all = new ArrayList<>();
    for (int i = 0; i < shown.length; i++) {
      shown[i] = step(i, actions[i]);
      autoresets[i] = shown[i].terminated() || shown[i].truncated();
      all.add(shown[i]);
    }
    return all;
  }

  private Shown step(int i, int action) {
    SplitInferenceEnvironment environment = environments.get(i);
    if (autoreset == AutoresetMode.NEXT_STEP && autoresets[i]) {
      ResetResult result = environment.reset(null, Map.of());
      return new Shown((BoxElement) result.observation(), 0, false, false, result.info());
    }
    StepResult step = environment.step(new DiscreteElement(action));
    BoxElement observation = (BoxElement) step.observation();
    Map<String, Object> info = step.info();
    if (autoreset == AutoresetMode.SAME_STEP && step.done()) {
      Map<String, Object> merged = new LinkedHashMap<>();
      merged.put("final_obs", observation);
      merged.put("final_info", info);
      ResetResult result = environment.reset(null, Map.of());
      merged.putAll(result.info());
      observation = (BoxElement) result.observation();
      info = merged;
    }
    return new Shown(observation, step.reward(), step.terminated(), step.truncated(), info);
  }
}
