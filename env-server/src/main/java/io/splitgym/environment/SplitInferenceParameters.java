package io.splitgym.environment;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelDynamics.ReferenceDrift;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Nakagami;
import io.splitgym.channel.Range;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.reward.Reward;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that makes one {@code SplitInference-v0} differ from another, but for the model.
 *
 * @param moves what the actions do
 * @param reward what an agent gets
 * @param dynamics how the channel changes in an episode
 * @param ranges what sigma and m are drawn from at a reset, uniformly
 * @param splits the splits that an agent can reach
 * @param starts the splits that are drawn from at a reset, uniformly; within {@code splits}
 * @param episodeSteps the length of an episode, in [1, 1,000,000]
 * @param endsAs how an episode that ran out of steps is reported
 */
public record SplitInferenceParameters(
    Moves moves,
    Reward reward,
    ChannelDynamics dynamics,
    ChannelRanges ranges,
    SplitRange splits,
    SplitRange starts,
    int episodeSteps,
    EpisodeEnd endsAs) {

  private static final int DEFAULT_ACTIONS = 5;
  static final Range DEFAULT_SIGMA = new Range(0, 0.3);
  static final Range DEFAULT_M = new Range(Nakagami.LEAST_M, 10);
  private static final int MOST_STEPS = 1_000_000;
  private static final double GREATEST_M = 1000;
  private static final int FARTHEST_OF_SEVEN_ACTIONS = new Moves(7).farthest();

  private static final String ACTIONS_ALLOWED = "3, 5, 7 or 9";
  private static final String WEIGHT_ALLOWED = "in [0, 1000000]";
  private static final String SIGMA_ALLOWED = "two numbers [low, high], 0 <= low <= high < 1";
  private static final String M_ALLOWED = "two numbers [low, high], 0.5 <= low <= high <= 1000";
  private static final String STEPS_ALLOWED = "an integer in [1, " + MOST_STEPS + "]";
  private static final List<String> REWARDS = List.of(ObjectiveReward.KIND, ReferenceReward.KIND);
  private static final List<String> DYNAMICS =
      List.of(ChannelDynamics.Static.KIND, ReferenceDrift.KIND, GaussMarkov.KIND);
  private static final List<String> NAMES =
      List.of(
          "actions",
          "reward",
          "dynamics",
          "sigmaRange",
          "mRange",
          "splitRange",
          "startSplitRange",
          "episodeSteps",
          "endsAs");

  public SplitInferenceParameters {
    if (!splits.contains(starts)) {
      throw new InvalidValueException("startSplitRange", starts, "within splitRange " + splits);
    }
    Require.inRange("episodeSteps", episodeSteps, 1, MOST_STEPS);
  }

  /** The preset as it is, for a model of that many layers. */
  public static SplitInferenceParameters of(Preset preset, int layers) {
    return from(preset, Map.of(), layers);
  }

  /**
   * A preset with some parameters set otherwise.
   *
   * @param overrides by the names of {@link #descriptions}, as JSON values: Integer, Long, Double,
   *     Boolean, String, List and Map. {@code reward} and {@code dynamics} without a {@code kind}
   *     change the preset's own. Setting {@code splitRange} alone makes starts range over all of it
   * @param layers the model's number L of layers, at least 2
   * @throws InvalidValueException if a name is unknown or a value isn't allowed, naming the field
   *     by its path in the request, such as {@code reward.loadWeight}
   */
  public static SplitInferenceParameters from(
      Preset preset, Map<String, Object> overrides, int layers) {
    Require.inRange("layers", layers, 2, Integer.MAX_VALUE);
    Fields asked = new Fields("", overrides, NAMES);
    Map<String, Object> settings = new LinkedHashMap<>(preset.settings());
    if (asked.has("splitRange")) {
      settings.remove("startSplitRange");
    }
    settings.putAll(overrides);
    for (String name : List.of("reward", "dynamics")) {
      Map<String, Object> object = asked.object(name);
      if (!object.containsKey("kind")) {
        Map<String, Object> merged = new Fields("", preset.settings(), NAMES).object(name);
        merged.putAll(object);
        object = merged;
      }
      settings.put(name, object);
    }
    Fields fields = new Fields("", settings, NAMES);

    int actions = fields.integer("actions", DEFAULT_ACTIONS, 3, 9, ACTIONS_ALLOWED);
    if (!Moves.CHOICES.contains(actions)) {
      throw fields.refusal("actions", ACTIONS_ALLOWED);
    }
    SplitRange ofModel = SplitRange.ofModel(layers);
    SplitRange splits =
        fields.splits(
            "splitRange",
            ofModel,
            ofModel,
            "two integers [low, high], 1 <= low <= high <= "
                + ofModel.max()
                + ", the last split of a model of "
                + layers
                + " layers");
    return new SplitInferenceParameters(
        new Moves(actions),
        reward(fields.object("reward")),
        dynamics(fields.object("dynamics")),
        new ChannelRanges(
            fields.range("sigmaRange", DEFAULT_SIGMA, 0, Math.nextDown(1.0), SIGMA_ALLOWED),
            fields.range("mRange", DEFAULT_M, Nakagami.LEAST_M, GREATEST_M, M_ALLOWED)),
        splits,
        fields.splits(
            "startSplitRange",
            splits,
            splits,
            "two integers [low, high] in ascending order within splitRange " + splits),
        fields.integer("episodeSteps", stepsToCross(splits), 1, MOST_STEPS, STEPS_ALLOWED),
        EpisodeEnd.ofText(fields.choice("endsAs", EpisodeEnd.TRUNCATED.text(), EpisodeEnd.TEXTS)));
  }

  /** The names that a request may use at its top level. */
  public static List<String> names() {
    return NAMES;
  }

  /** Every parameter that a request may set, with the defaults of a preset. */
  public static List<ParameterDescription> descriptions(Preset preset) {
    Map<String, Object> set = preset.settings();
    Fields fields = new Fields("", set, NAMES);
    Reward reward = reward(fields.object("reward"));
    ChannelDynamics dynamics = dynamics(fields.object("dynamics"));
    return List.of(
        new ParameterDescription(
            "actions",
            "integer",
            set.getOrDefault("actions", DEFAULT_ACTIONS),
            ACTIONS_ALLOWED,
            "How many actions there are: 0 stays, then -1, +1, -2, +2, ... layers."),
        new ParameterDescription(
            "reward",
            "object",
            reward.settings(),
            "an object with kind and that kind's parameters",
            "What an agent gets for a step."),
        new ParameterDescription(
            "reward.kind",
            "string",
            reward.kind(),
            "one of " + String.join(", ", REWARDS),
            "objective: -(inferenceWeight (ln PPL - ln PPL_clean) + loadWeight p / L); reference:"
                + " 10.5 (PPL_init - PPL) / PPL_init + (p_max - p) / p_max."),
        new ParameterDescription(
            "reward.inferenceWeight",
            "number",
            ObjectiveReward.DEFAULT.inferenceWeight(),
            WEIGHT_ALLOWED,
            "Of kind objective: the weight of each nat of ln PPL lost."),
        new ParameterDescription(
            "reward.loadWeight",
            "number",
            ObjectiveReward.DEFAULT.loadWeight(),
            WEIGHT_ALLOWED,
            "Of kind objective: the weight of the share of layers on the user equipment."),
        new ParameterDescription(
            "reward.clip",
            "boolean",
            ReferenceReward.DEFAULT.clip(),
            "true or false",
            "Of kind reference: whether the perplexity term is clipped to [-10.5, 10.5]."),
        new ParameterDescription(
            "dynamics",
            "object",
            dynamics.settings(),
            "an object with kind and that kind's parameters",
            "How the channel changes within an episode."),
        new ParameterDescription(
            "dynamics.kind",
            "string",
            dynamics.kind(),
            "one of " + String.join(", ", DYNAMICS),
            "static: not at all; reference-drift: sigma falls by 0.05 % for each layer moved away"
                + " from the input and grows towards it; gauss-markov: an AR(1) process around the"
                + " start."),
        new ParameterDescription(
            "dynamics.correlation",
            "number",
            GaussMarkov.DEFAULT_CORRELATION,
            "in [0, 1]",
            "Of kind gauss-markov: the correlation between one step and the next."),
        new ParameterDescription(
            "dynamics.sigmaDeviation",
            "number",
            GaussMarkov.DEFAULT_SIGMA_DEVIATION,
            "in [0, 1]",
            "Of kind gauss-markov: the standard deviation of sigma around its start."),
        new ParameterDescription(
            "dynamics.mDeviation",
            "number",
            GaussMarkov.DEFAULT_M_DEVIATION,
            "in [0, 100]",
            "Of kind gauss-markov: the standard deviation of m around its start."),
        new ParameterDescription(
            "sigmaRange",
            "range of numbers",
            set.getOrDefault("sigmaRange", asList(DEFAULT_SIGMA)),
            SIGMA_ALLOWED,
            "What the noise intensity sigma is drawn from at a reset."),
        new ParameterDescription(
            "mRange",
            "range of numbers",
            set.getOrDefault("mRange", asList(DEFAULT_M)),
            M_ALLOWED,
            "What the Nakagami shape m is drawn from at a reset."),
        new ParameterDescription(
            "splitRange",
            "range of integers",
            set.getOrDefault("splitRange", "[1, L - 1]"),
            "two integers [low, high], 1 <= low <= high <= L - 1",
            "The splits p that an agent can reach, L the model's number of layers."),
        new ParameterDescription(
            "startSplitRange",
            "range of integers",
            set.getOrDefault("startSplitRange", "splitRange"),
            "two integers [low, high] in ascending order within splitRange",
            "What the split p is drawn from at a reset."),
        new ParameterDescription(
            "episodeSteps",
            "integer",
            set.getOrDefault("episodeSteps", "ceil((high - low) / 3), splitRange = [low, high]"),
            STEPS_ALLOWED,
            "The length of an episode; by default 7 actions suffice to cross the split range."),
        new ParameterDescription(
            "endsAs",
            "string",
            set.getOrDefault("endsAs", EpisodeEnd.TRUNCATED.text()),
            "one of " + String.join(", ", EpisodeEnd.TEXTS),
            "How an episode that ran out of steps is reported."));
  }

  /** These parameters as a request would give them; {@link #from} reads them back. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("actions", moves.actions());
    settings.put("reward", reward.settings());
    settings.put("dynamics", dynamics.settings());
    settings.put("sigmaRange", asList(ranges.sigma()));
    settings.put("mRange", asList(ranges.m()));
    settings.put("splitRange", splits.asList());
    settings.put("startSplitRange", starts.asList());
    settings.put("episodeSteps", episodeSteps);
    settings.put("endsAs", endsAs.text());
    return settings;
  }

  private static int stepsToCross(SplitRange splits) {
    int layers = splits.max() - splits.min();
    int steps = (layers + FARTHEST_OF_SEVEN_ACTIONS - 1) / FARTHEST_OF_SEVEN_ACTIONS;
    return Math.max(1, Math.min(MOST_STEPS, steps));
  }

  private static Reward reward(Map<String, Object> object) {
    Object kind = object.getOrDefault("kind", ObjectiveReward.KIND);
    if (ReferenceReward.KIND.equals(kind)) {
      Fields fields = new Fields("reward.", object, List.of("kind", "clip"));
      return new ReferenceReward(fields.flag("clip", ReferenceReward.DEFAULT.clip()));
    }
    if (ObjectiveReward.KIND.equals(kind)) {
      Fields fields =
          new Fields("reward.", object, List.of("kind", "inferenceWeight", "loadWeight"));
      ObjectiveReward absent = ObjectiveReward.DEFAULT;
      double greatest = ObjectiveReward.GREATEST_WEIGHT;
      return new ObjectiveReward(
          fields.number("inferenceWeight", absent.inferenceWeight(), 0, greatest, WEIGHT_ALLOWED),
          fields.number("loadWeight", absent.loadWeight(), 0, greatest, WEIGHT_ALLOWED));
    }
    throw new InvalidValueException("reward.kind", kind, "one of " + String.join(", ", REWARDS));
  }

  private static ChannelDynamics dynamics(Map<String, Object> object) {
    Object kind = object.getOrDefault("kind", ChannelDynamics.Static.KIND);
    if (ChannelDynamics.Static.KIND.equals(kind)) {
      requireKindAlone(object);
      return new ChannelDynamics.Static();
    }
    if (ReferenceDrift.KIND.equals(kind)) {
      requireKindAlone(object);
      return new ReferenceDrift();
    }
    if (GaussMarkov.KIND.equals(kind)) {
      Fields fields =
          new Fields(
              "dynamics.", object, List.of("kind", "correlation", "sigmaDeviation", "mDeviation"));
      return new GaussMarkov(
          fields.number("correlation", GaussMarkov.DEFAULT_CORRELATION, 0, 1, "in [0, 1]"),
          fields.number(
              "sigmaDeviation",
              GaussMarkov.DEFAULT_SIGMA_DEVIATION,
              0,
              GaussMarkov.GREATEST_SIGMA_DEVIATION,
              "in [0, 1]"),
          fields.number(
              "mDeviation",
              GaussMarkov.DEFAULT_M_DEVIATION,
              0,
              GaussMarkov.GREATEST_M_DEVIATION,
              "in [0, 100]"));
    }
    throw new InvalidValueException("dynamics.kind", kind, "one of " + String.join(", ", DYNAMICS));
  }

  private static void requireKindAlone(Map<String, Object> object) {
    new Fields("dynamics.", object, List.of("kind"));
  }

  private static List<Double> asList(Range range) {
    return List.of(range.low(), range.high());
  }
}
