package io.splitgym.environment;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A named choice of parameters, given in the same form as a request's; what a preset leaves open
 * has the default of {@link SplitInferenceParameters}, and a request overrides any of it.
 */
public enum Preset {
  /** The defaults of every parameter, under fading and Gaussian noise. */
  DEFAULT("default", FadingAwgn.NAME, "The defaults of every parameter."),

  /**
   * As in the code that Chen et al. released: sigma in [0.01, 0.3], p in 1..10 starting in 1..9, m
   * = 1, five steps that end as terminated, the code's reward and noise drift, and erasure. Needs a
   * model of at least 11 layers.
   */
  REFERENCE("reference", Erasure.NAME, "The released code of Chen et al."),

  /** Little noise: sigma in [0.01, 0.15]. The paper names the case, the range is ours. */
  LOW("L", FadingAwgn.NAME, "Little noise; the range is SplitGym's."),

  /** Much noise: sigma in [0.15, 0.3]. The paper names the case, the range is ours. */
  HIGH("H", FadingAwgn.NAME, "Much noise; the range is SplitGym's."),

  /** All noise: sigma in [0.01, 0.3]. The paper names the case, the range is ours. */
  ALL("A", FadingAwgn.NAME, "Little to much noise; the range is SplitGym's."),

  /** All noise, and a channel whose course in an episode is random. */
  VARYING(
      "varying",
      FadingAwgn.NAME,
      "Little to much noise, which follows a Gauss-Markov process within an episode.");

  private final String id;
  private final String channel;
  private final String meaning;

  Preset(String id, String channel, String meaning) {
    this.id = id;
    this.channel = channel;
    this.meaning = meaning;
  }

  /**
   * The preset of that id.
   *
   * @throws InvalidValueException naming the field {@code preset} if there is none of that id
   */
  public static Preset ofId(String id) {
    return Arrays.stream(values())
        .filter(preset -> preset.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidValueException(
                    "preset",
                    id,
                    Arrays.stream(values())
                        .map(Preset::id)
                        .collect(Collectors.joining(", ", "one of ", ""))));
  }

  /** The name used in requests. */
  public String id() {
    return id;
  }

  /** The {@link io.splitgym.channel.Channel#name} of the channel that this preset is meant for. */
  public String channel() {
    return channel;
  }

  /** One sentence for people. */
  public String meaning() {
    return meaning;
  }

  /** The parameters that it sets, by the names of {@link SplitInferenceParameters}. */
  public Map<String, Object> settings() {
    return switch (this) {
      case DEFAULT -> Map.of();
      case REFERENCE -> reference();
      case LOW -> sigma(0.01, 0.15);
      case HIGH -> sigma(0.15, 0.3);
      case ALL -> sigma(0.01, 0.3);
      case VARYING -> varying();
    };
  }

  private static Map<String, Object> sigma(double low, double high) {
    return Map.of("sigmaRange", List.of(low, high));
  }

  private static Map<String, Object> varying() {
    Map<String, Object> settings = new LinkedHashMap<>(sigma(0.01, 0.3));
    settings.put(
        "dynamics",
        new ChannelDynamics.GaussMarkov(
                ChannelDynamics.GaussMarkov.DEFAULT_CORRELATION,
                ChannelDynamics.GaussMarkov.DEFAULT_SIGMA_DEVIATION,
                ChannelDynamics.GaussMarkov.DEFAULT_M_DEVIATION)
            .settings());
    return Collections.unmodifiableMap(settings);
  }

  private static Map<String, Object> reference() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("reward", ReferenceReward.DEFAULT.settings());
    settings.put("dynamics", new ChannelDynamics.ReferenceDrift().settings());
    settings.put("sigmaRange", List.of(0.01, 0.3));
    settings.put("mRange", List.of(1, 1));
    settings.put("splitRange", List.of(1, 10));
    settings.put("startSplitRange", List.of(1, 9));
    settings.put("episodeSteps", 5);
    settings.put("endsAs", EpisodeEnd.TERMINATED.text());
    return Collections.unmodifiableMap(settings);
  }
}
