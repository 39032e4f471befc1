package io.splitgym.agents.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Rules of an environment that differ from its preset's: the mixin of what plays and trains. */
final class RulesOption {
  @Option(
      names = "--dynamics",
      paramLabel = "KIND",
      description =
          "How the channel changes in an episode: static, reference-drift or gauss-markov (default:"
              + " the preset's).")
  private @Nullable String dynamics;

  @Mixin private final RewardOption reward = new RewardOption();

  /**
   * What a preset is changed by.
   *
   * @param actions how many
   */
  Map<String, Object> overrides(int actions) {
    Map<String, Object> overrides = new LinkedHashMap<>();
    overrides.put("actions", actions);
    if (dynamics != null) {
      overrides.put("dynamics", Map.of("kind", dynamics));
    }
    Map<String, Object> chosen = reward.settings();
    if (!chosen.isEmpty()) {
      overrides.put("reward", chosen);
    }
    return overrides;
  }
}
