package io.splitgym.cli.selfcheck;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An environment to play in.
 *
 * @param fields of the request that makes one
 * @param steps to take, over as many episodes as they need
 */
record Scenario(String name, Map<String, Object> fields, int steps) {
  private static final int STEPS = 40;
  private static final int STEPS_ON_A_SLOW_BACKEND = 3;
  private static final long SEED = 20_260;

  /** Presets, action spaces and dynamics of all kinds; for a slow backend, a few steps of one. */
  static List<Scenario> of(String backend) {
    Scenario standard =
        of(
            "default",
            backend,
            Map.of("episodeSteps", 6, "dynamics", Map.of("kind", "gauss-markov")));
    if (!backend.equals("surrogate")) {
      return List.of(new Scenario("default", standard.fields, STEPS_ON_A_SLOW_BACKEND));
    }
    return List.of(
        standard,
        of("reference", backend, Map.of("preset", "reference")),
        of("L, 9 actions", backend, Map.of("preset", "L", "actions", 9)),
        of(
            "H, splits, mask",
            backend,
            Map.of(
                "preset",
                "H",
                "actionKind",
                "splits",
                "actionMask",
                true,
                "observeStepsLeft",
                true,
                "episodeSteps",
                5)),
        of(
            "A, own moves, erasure",
            backend,
            Map.of(
                "preset", "A",
                "channel", "erasure",
                "moves", List.of(0, -1, 1, 4),
                "dynamics", Map.of("kind", "gauss-markov"),
                "reward", Map.of("kind", "reference"))));
  }

  /** Which action an agent takes at its k-th step. */
  static int action(long agent, int k, int actions) {
    return (int) Math.floorMod(7L * k * k + 3L * k + agent, (long) actions);
  }

  /** The seed of the first reset. */
  static long seed(long agent) {
    return SEED + agent;
  }

  private static Scenario of(String name, String backend, Map<String, Object> more) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("spec", "SplitInference-v0");
    fields.put("backend", backend);
    fields.put("seed", SEED);
    fields.putAll(more);
    return new Scenario(name, fields, STEPS);
  }

  /** The request that makes the environment of an agent. */
  Map<String, Object> fields(long agent) {
    Map<String, Object> all = new LinkedHashMap<>(fields);
    all.put("seed", SEED + agent);
    return all;
  }
}
