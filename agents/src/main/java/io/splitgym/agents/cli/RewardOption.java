package io.splitgym.agents.cli;

import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ProvidedReward;
import io.splitgym.reward.ReferenceReward;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which reward: part of every choice of an environment. */
final class RewardOption {
  private static final List<String> OWN = List.of(ObjectiveReward.KIND, ReferenceReward.KIND);

  @Option(
      names = "--reward",
      paramLabel = "KIND",
      description =
          "objective, reference or one of your own on the class path (default: the preset's).")
  private @Nullable String kind;

  @Option(
      names = "--reward-parameter",
      paramLabel = "NAME=VALUE",
      description = "Such as loadWeight=2; may be given several times.")
  private Map<String, String> parameters = Map.of();

  /** As a request has it; empty where nothing was chosen. */
  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (kind != null) {
      settings.put("kind", kind);
    }
    if (kind == null || OWN.contains(kind)) {
      parameters.forEach((name, text) -> settings.put(name, TextValue.of(text)));
    } else {
      settings.put(
          ProvidedReward.PARAMETERS,
          ProvidedReward.values(ProvidedReward.providers(), kind, parameters));
    }
    return settings;
  }
}
