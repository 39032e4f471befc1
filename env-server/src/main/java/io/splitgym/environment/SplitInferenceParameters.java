package io.splitgym.environment;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelDynamics.ReferenceDrift;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Nakagami;
import io.splitgym.channel.Range;
import io.splitgym.extension.Extensions;
import io.splitgym.extension.Installed;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ProvidedReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.reward.Reward;
import io.splitgym.reward.RewardProvider;
import io.splitgym.space.Box;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything that makes one {@code SplitInference-v0} differ from another, but for the model.
 *
 * @param actions what the actions do
 * @param reward what an agent gets
 * @param dynamics how the channel changes in an episode
 * @param ranges what sigma and m are drawn from at a reset, uniformly
 * @param splits the splits that an agent can reach
 * @param starts the splits that are drawn from at a reset, uniformly; within {@code splits}
 * @param episodeSteps the length of an episode, in [1, 1,000,000]
 * @param endsAs how an episode that ran out of steps is reported
 * @param actionMask whether info tells which actions are worth taking, as {@link ActionSet#mask}
 *     has it
 * @param observeStepsLeft whether an observation ends with the number of steps left
 */
public record SplitInferenceParameters(
    ActionSet actions,
    Reward reward,
    ChannelDynamics dynamics,
    ChannelRanges ranges,
    SplitRange splits,
    SplitRange starts,
    int episodeSteps,
    EpisodeEnd endsAs,
    boolean actionMask,
    boolean observeStepsLeft) {

  private static final int DEFAULT_ACTIONS = 5;
  static final Range DEFAULT_SIGMA = new Range(0, 0.3);
  static final Range DEFAULT_M = new Range(Nakagami.LEAST_M, 10);
  private static final int MOST_STEPS = 1_000_000;
  private static final double GREATEST_M = 1000;
  private static final int FARTHEST_OF_SEVEN_ACTIONS = new Moves(7).farthest();

  private static final String ACTIONS_ALLOWED = "3, 5, 7 or 9";
  private static final List<String> ACTION_KINDS = List.of(Moves.KIND, AbsoluteSplits.KIND);
  private static final String WEIGHT_ALLOWED = "in [0, 1000000]";
  private static final String SIGMA_ALLOWED = "two numbers [low, high], 0 <= low <= high < 1";
  private static final String M_ALLOWED = "two numbers [low, high], 0.5 <= low <= high <= 1000";
  private static final String STEPS_ALLOWED = "an integer in [1, " + MOST_STEPS + "]";
  private static final List<String> DYNAMICS =
      List.of(ChannelDynamics.Static.KIND, ReferenceDrift.KIND, GaussMarkov.KIND);
  private static final List<String> NAMES =
      List.of(
          "actions",
          "actionKind",
          "moves",
          "actionMask",
          "observeStepsLeft",
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
    if (actions instanceof AbsoluteSplits absolute && !absolute.splits().equals(splits)) {
      throw new InvalidValueException("actions", absolute, "all of splitRange " + splits);
    }
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
    return from(preset, overrides, layers, ProvidedReward::providers);
  }

  /**
   * The same.
   *
   * @param rewards those that somebody else provides; asked for only where one of them is
   */
  public static SplitInferenceParameters from(
      Preset preset,
      Map<String, Object> overrides,
      int layers,
      Supplier<Installed<RewardProvider>> rewards) {
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
        actions(fields, splits),
        reward(fields.object("reward"), rewards),
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
        EpisodeEnd.ofText(fields.choice("endsAs", EpisodeEnd.TRUNCATED.text(), EpisodeEnd.TEXTS)),
        fields.flag("actionMask", false),
        fields.flag("observeStepsLeft", false));
  }

  /** The names that a request may use at its top level. */
  public static List<String> names() {
    return NAMES;
  }

  /** Every parameter that a request may set, with the defaults of a preset. */
  public static List<ParameterDescription> descriptions(Preset preset) {
    return descriptions(preset, ProvidedReward.providers());
  }

  /**
   * The same.
   *
   * @param rewards those that somebody else provides
   */
  public static List<ParameterDescription> descriptions(
      Preset preset, Installed<RewardProvider> rewards) {
    Map<String, Object> set = preset.settings();
    Fields fields = new Fields("", set, NAMES);
    Reward reward = reward(fields.object("reward"), () -> rewards);
    ChannelDynamics dynamics = dynamics(fields.object("dynamics"));
    return List.of(
        new ParameterDescription(
            "actions",
            "integer",
            set.getOrDefault("actions", DEFAULT_ACTIONS),
            ACTIONS_ALLOWED,
            "How many actions there are: 0 stays, then -1, +1, -2, +2, ... layers."),
        new ParameterDescription(
            "actionKind",
            "string",
            set.getOrDefault("actionKind", Moves.KIND),
            "one of " + String.join(", ", ACTION_KINDS),
            "moves: an action moves the split, as far as fits; splits: an action sets it, action a"
                + " to the a-th split of splitRange, counted from 0."),
        new ParameterDescription(
            "moves",
            "list of integers",
            set.getOrDefault("moves", "[0, -1, 1, -2, 2, ...], as actions says"),
            Moves.allowed() + ", without actions beside it and of actionKind moves",
            "By how many layers each action moves the split, negative towards the input."),
        new ParameterDescription(
            "actionMask",
            "boolean",
            set.getOrDefault("actionMask", false),
            "true or false",
            "Whether info has an action_mask: for each action 1, or 0 if an end of the range would"
                + " cut it short and another action leads to the same split."),
        new ParameterDescription(
            "observeStepsLeft",
            "boolean",
            set.getOrDefault("observeStepsLeft", false),
            "true or false",
            "Whether an observation has a fourth element, the number of steps left."),
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
            "one of " + String.join(", ", ProvidedReward.kinds(rewards)),
            ("objective: -(inferenceWeight (ln PPL - ln PPL_clean) + loadWeight p / L); reference:"
                    + " 10.5 (PPL_init - PPL) / PPL_init + (p_max - p) / p_max. "
                    + Extensions.described(rewards.all()))
                .strip()),
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
            "reward." + ProvidedReward.PARAMETERS,
            "named values",
            Map.of(),
            "an object of that reward's parameters",
            "Of a reward that isn't SplitGym's own: its parameters."),
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

  /** What an observation holds: sigma, m, p and, where asked for, the number of steps left. */
  Box observationSpace(int layers) {
    ChannelRanges reachable = dynamics.reachable(ranges);
    Range sigma = observed(reachable.sigma(), DEFAULT_SIGMA);
    Range m = observed(reachable.m(), DEFAULT_M);
    SplitRange p = splits.min() == splits.max() ? SplitRange.ofModel(layers) : splits;
    float[] low = {(float) sigma.low(), (float) m.low(), p.min(), 0};
    float[] high = {(float) sigma.high(), (float) m.high(), p.max(), episodeSteps};
    List<String> names = List.of("sigma", "m", "p", "stepsLeft");
    int size = observeStepsLeft ? 4 : 3;
    return new Box(names.subList(0, size), Arrays.copyOf(low, size), Arrays.copyOf(high, size));
  }

  /**
   * What an observation's dimension is bounded by: the values that it can take, or the usual ones
   * where it can take a single one, since an interval without extent is no use to agents that scale
   * by it, and Gymnasium's checker warns of it.
   */
  private static Range observed(Range reachable, Range usual) {
    return (float) reachable.low() == (float) reachable.high()
        ? new Range(
            Math.min(reachable.low(), usual.low()), Math.max(reachable.high(), usual.high()))
        : reachable;
  }

  /** These parameters as a request would give them; {@link #from} reads them back. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (actions instanceof Moves moves) {
      if (moves.isSymmetric()) {
        settings.put("actions", moves.actions());
      }
      settings.put("actionKind", Moves.KIND);
      if (!moves.isSymmetric()) {
        settings.put("moves", moves.deltas());
      }
    } else {
      settings.put("actionKind", AbsoluteSplits.KIND);
    }
    settings.put("actionMask", actionMask);
    settings.put("observeStepsLeft", observeStepsLeft);
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

  private static ActionSet actions(Fields fields, SplitRange splits) {
    String kind = fields.choice("actionKind", Moves.KIND, ACTION_KINDS);
    if (kind.equals(AbsoluteSplits.KIND)) {
      for (String name : List.of("actions", "moves")) {
        if (fields.has(name)) {
          throw fields.refusal(name, "left out where actionKind is " + AbsoluteSplits.KIND);
        }
      }
      return new AbsoluteSplits(splits);
    }
    if (fields.has("moves")) {
      if (fields.has("actions")) {
        throw fields.refusal("actions", "left out where moves are given");
      }
      return new Moves(fields.integers("moves", Moves.allowed()));
    }
    int actions = fields.integer("actions", DEFAULT_ACTIONS, 3, 9, ACTIONS_ALLOWED);
    if (!Moves.CHOICES.contains(actions)) {
      throw fields.refusal("actions", ACTIONS_ALLOWED);
    }
    return new Moves(actions);
  }

  private static int stepsToCross(SplitRange splits) {
    int layers = splits.max() - splits.min();
    int steps = (layers + FARTHEST_OF_SEVEN_ACTIONS - 1) / FARTHEST_OF_SEVEN_ACTIONS;
    return Math.max(1, Math.min(MOST_STEPS, steps));
  }

  private static Reward reward(
      Map<String, Object> object, Supplier<Installed<RewardProvider>> rewards) {
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
    if (!(kind instanceof String name)) {
      throw new InvalidValueException(
          "reward.kind", kind, "one of " + String.join(", ", ProvidedReward.kinds(rewards.get())));
    }
    Fields fields = new Fields("reward.", object, List.of("kind", ProvidedReward.PARAMETERS));
    return ProvidedReward.of(rewards.get(), name, fields.object(ProvidedReward.PARAMETERS));
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
