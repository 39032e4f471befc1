package io.splitgym.environment;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.EnvironmentState.Episode;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.Reward;
import io.splitgym.reward.RewardTerms;
import io.splitgym.reward.SplitOutcome;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Where to split an LLM between user equipment and edge over a wireless channel (Chen et al., arXiv
 * 2406.02616).
 *
 * <p>An observation is float32 [sigma, m, p]: noise intensity, Nakagami shape, split; and the
 * number of steps left where that is asked for. An action moves the split ({@link ActionSet}), then
 * the channel changes ({@link io.splitgym.channel.ChannelDynamics}); the reward is for the state
 * that the step led to, the one in the returned observation. The observation space is what the
 * ranges and dynamics can lead to; a dimension with a single value, such as m in preset {@code
 * reference}, has its usual bounds.
 *
 * <p>{@link #reset} draws sigma, m and p uniformly. Its options {@code sigma}, {@code m} and {@code
 * p} fix the start where given, anywhere where the ranges and dynamics can lead; all three are
 * drawn even so, so that fixing one leaves the others what they would have been. Randomness is a
 * tree of streams: seed, episode since that seed, step; nothing in it depends on the actions taken
 * before.
 *
 * <p>The info of a step holds {@code lnPpl} and {@code cleanLnPpl} (nats), {@code rewardTerms} by
 * name, {@code split}, {@code evaluatedAt} (the sigma and m that lnPpl holds for), {@code
 * noiseSeed} where the model drew noise, {@code bitsPerToken} where it knows how many bits a
 * token's hidden state took, {@code backend}, {@code stepsLeft}, {@code cost} ({@link StepCost})
 * and, where asked for, {@code action_mask}. That of a reset holds the same but for the reward's
 * terms, and what belongs to lnPpl only where the reward compares with the start: measuring an LLM
 * takes seconds. A surrogate that gives the reward's first term knows neither lnPpl nor cleanLnPpl.
 */
public final class SplitInferenceEnvironment implements Environment {
  /** Named as Gymnasium's own environments do, so that agents that mask find it. */
  static final String ACTION_MASK = "action_mask";

  static final List<String> OPTIONS = List.of("sigma", "m", "p");

  private final PerplexityModel model;
  private final String backend;
  private final SplitInferenceParameters parameters;
  private final Reward reward;
  private final ChannelRanges reachable;
  private final Box observations;
  private final Discrete actions;
  private final Runnable afterClose;
  private boolean closed;
  private RandomStream root;
  private long episodes;
  private @Nullable Episode episode;

  /**
   * @param model must outlive the environment, which doesn't close it
   * @param backend what the model is called in info, such as {@code surrogate}
   * @param unseeded where randomness comes from until a reset brings a seed
   * @throws InvalidValueException if the parameters ask for splits that the model doesn't have
   */
  public SplitInferenceEnvironment(
      PerplexityModel model,
      String backend,
      SplitInferenceParameters parameters,
      RandomStream unseeded) {
    this(model, backend, parameters, unseeded, () -> {});
  }

  /**
   * As the other constructor.
   *
   * @param afterClose run once, when the environment is closed: hands back what the model was lent
   *     with
   */
  public SplitInferenceEnvironment(
      PerplexityModel model,
      String backend,
      SplitInferenceParameters parameters,
      RandomStream unseeded,
      Runnable afterClose) {
    requireSplits(parameters.splits(), model.layers());
    this.model = model;
    this.backend = backend;
    this.parameters = parameters;
    this.reward = parameters.reward().over(model);
    this.reachable = parameters.dynamics().reachable(parameters.ranges());
    this.observations = parameters.observationSpace(model.layers());
    this.actions = new Discrete(parameters.actions().actions());
    this.root = unseeded;
    this.afterClose = afterClose;
  }

  @Override
  public Box observationSpace() {
    return observations;
  }

  @Override
  public Discrete actionSpace() {
    return actions;
  }

  public SplitInferenceParameters parameters() {
    return parameters;
  }

  /** What the model is called in info. */
  public String backend() {
    return backend;
  }

  @Override
  public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
    Fields fixed = new Fields("options.", options, OPTIONS);
    RandomStream nextRoot = seed == null ? root : root(seed);
    long number = seed == null ? episodes : 0;
    RandomStream randomness = randomness(nextRoot, number);

    Start drawn = Start.draw(parameters, reachable, fixed, randomness);
    ChannelState start = drawn.state();
    int split = drawn.split();

    Map<String, Object> info = new LinkedHashMap<>();
    OptionalDouble startLogPerplexity = OptionalDouble.empty();
    CellsAsked asked = CellsAsked.NONE;
    StepCost cost = StepCost.NONE;
    if (reward.needsStart()) {
      LogPerplexity measured = model.logPerplexity(start, split, randomness.named("noise", 0));
      startLogPerplexity = OptionalDouble.of(measured.value());
      describe(measured, info);
      cost = asked.cost(measured, split);
      asked = asked.with(measured, split);
    }
    root = nextRoot;
    episodes = number + 1;
    episode = new Episode(start, start, split, 0, startLogPerplexity, asked);
    describe(episode, cost, info);
    return new ResetResult(observation(episode), Collections.unmodifiableMap(info));
  }

  @Override
  public StepResult step(SpaceElement action) {
    Episode before = episode;
    if (before == null) {
      throw new EpisodeNotRunningException("no episode is running: reset the environment first");
    }
    if (before.steps() >= parameters.episodeSteps()) {
      throw new EpisodeNotRunningException(
          "the episode is over, all "
              + before.steps()
              + " of its steps taken: reset the environment first");
    }
    int steps = before.steps() + 1;
    int split = parameters.actions().target(before.split(), index(action), parameters.splits());
    RandomStream randomness = randomness(root, episodes - 1);
    ChannelState now =
        parameters
            .dynamics()
            .next(
                before.now(),
                before.start(),
                split - before.split(),
                parameters.ranges(),
                randomness.named("dynamics", steps));
    LogPerplexity measured = model.logPerplexity(now, split, randomness.named("noise", steps));
    RewardTerms terms =
        reward.of(
            new SplitOutcome(
                now,
                before.startLogPerplexity(),
                measured.value(),
                model.cleanLogPerplexity(),
                split,
                parameters.splits().max(),
                model.layers()));

    Episode after =
        new Episode(
            before.start(),
            now,
            split,
            steps,
            before.startLogPerplexity(),
            before.asked().with(measured, split));
    Map<String, Object> info = new LinkedHashMap<>();
    describe(measured, info);
    info.put("rewardTerms", terms.terms());
    describe(after, before.asked().cost(measured, split), info);
    episode = after;
    boolean over = steps == parameters.episodeSteps();
    return new StepResult(
        observation(after),
        terms.total(),
        over && parameters.endsAs() == EpisodeEnd.TERMINATED,
        over && parameters.endsAs() == EpisodeEnd.TRUNCATED,
        Collections.unmodifiableMap(info));
  }

  /** What changes in this environment, as it stands now. */
  public EnvironmentState state() {
    return new EnvironmentState(root.save(), episodes, episode);
  }

  @Override
  public byte[] save() {
    return state().bytes();
  }

  @Override
  public void restore(byte[] saved) {
    restore(EnvironmentState.of(saved));
  }

  /**
   * Goes on from a state of an environment with the same model and parameters.
   *
   * @throws InvalidValueException if this environment can't be in that state
   */
  public void restore(EnvironmentState saved) {
    if (saved.episode() != null) {
      requirePossible(saved.episode());
    }
    root = RandomStream.restore(saved.random());
    episodes = saved.episodes();
    episode = saved.episode();
  }

  /** Ends the episode; the model stays open, as others may use it. */
  @Override
  public void close() {
    episode = null;
    if (!closed) {
      closed = true;
      afterClose.run();
    }
  }

  private void requirePossible(Episode claimed) {
    requireReachable("start", claimed.start());
    requireReachable("now", claimed.now());
    SplitRange splits = parameters.splits();
    Require.inRange("split", claimed.split(), splits.min(), splits.max());
    Require.inRange("steps", claimed.steps(), 0, parameters.episodeSteps());
    OptionalDouble startLogPerplexity = claimed.startLogPerplexity();
    if (startLogPerplexity.isPresent() != reward.needsStart()
        || !Double.isFinite(startLogPerplexity.orElse(0))) {
      throw new InvalidValueException(
          "startLogPerplexity",
          startLogPerplexity,
          reward.needsStart() ? "a finite number" : "absent with this reward");
    }
  }

  /** Compares in float32, as a reset does. */
  private void requireReachable(String field, ChannelState state) {
    if (!Start.isWithin(state.sigma(), reachable.sigma())
        || !Start.isWithin(state.m(), reachable.m())) {
      throw new InvalidValueException(
          field, state, "within sigma " + reachable.sigma() + " and m " + reachable.m());
    }
  }

  /**
   * @throws InvalidValueException if a model of so many layers doesn't have all of those splits
   */
  static void requireSplits(SplitRange splits, int layers) {
    if (splits.max() >= layers) {
      throw new InvalidValueException(
          "splitRange",
          splits,
          "within [1, " + (layers - 1) + "] for a model of " + layers + " layers");
    }
  }

  /** Where the randomness of an environment with that seed starts. */
  static RandomStream root(long seed) {
    return RandomStream.ofSeed(seed).named("environment");
  }

  private static RandomStream randomness(RandomStream root, long number) {
    return root.named("episode", number);
  }

  private int index(SpaceElement action) {
    if (action instanceof DiscreteElement discrete && actions.contains(action)) {
      return discrete.index();
    }
    throw new InvalidValueException(
        "action",
        action instanceof DiscreteElement discrete ? (Object) discrete.index() : action,
        "an integer in [0, " + (actions.n() - 1) + "]");
  }

  private BoxElement observation(Episode now) {
    float[] values = new float[observations.size()];
    values[0] = (float) now.now().sigma();
    values[1] = (float) now.now().m();
    values[2] = now.split();
    if (parameters.observeStepsLeft()) {
      values[3] = parameters.episodeSteps() - now.steps();
    }
    return new BoxElement(values);
  }

  private void describe(LogPerplexity measured, Map<String, Object> info) {
    if (!model.givesRewardTerm()) {
      info.put("lnPpl", measured.value());
    }
    Map<String, Object> evaluatedAt = new LinkedHashMap<>();
    evaluatedAt.put("sigma", measured.evaluatedAt().sigma());
    evaluatedAt.put("m", measured.evaluatedAt().m());
    info.put("evaluatedAt", Collections.unmodifiableMap(evaluatedAt));
    measured.noiseSeed().ifPresent(seed -> info.put("noiseSeed", seed));
    measured.bitsPerToken().ifPresent(bits -> info.put("bitsPerToken", bits));
  }

  private void describe(Episode now, StepCost cost, Map<String, Object> info) {
    if (!model.givesRewardTerm()) {
      info.put("cleanLnPpl", model.cleanLogPerplexity());
    }
    info.put("split", now.split());
    info.put("stepsLeft", parameters.episodeSteps() - now.steps());
    info.put("backend", backend);
    info.put("cost", cost.byName());
    if (parameters.actionMask()) {
      byte[] mask = new byte[actions.n()];
      parameters.actions().mask(now.split(), parameters.splits(), mask, 0);
      List<Integer> worth = new ArrayList<>();
      for (byte flag : mask) {
        worth.add((int) flag);
      }
      info.put(ACTION_MASK, Collections.unmodifiableList(worth));
    }
  }
}
