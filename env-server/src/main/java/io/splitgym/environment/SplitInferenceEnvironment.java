package io.splitgym.environment;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.environment.EnvironmentState.Episode;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.RewardTerms;
import io.splitgym.reward.SplitOutcome;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
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
 * <p>An observation is float32 [sigma, m, p]: noise intensity, Nakagami shape, split. An action
 * moves the split ({@link Moves}), then the channel changes ({@link
 * io.splitgym.channel.ChannelDynamics}); the reward is for the state that the step led to, the one
 * in the returned observation. The observation space is what the ranges and dynamics can lead to; a
 * dimension with a single value, such as m in preset {@code reference}, has its usual bounds.
 *
 * <p>{@link #reset} draws sigma, m and p uniformly. Its options {@code sigma}, {@code m} and {@code
 * p} fix the start where given, anywhere where the ranges and dynamics can lead; all three are
 * drawn even so, so that fixing one leaves the others what they would have been. Randomness is a
 * tree of streams: seed, episode since that seed, step; nothing in it depends on the actions taken
 * before.
 *
 * <p>The info of a step holds {@code lnPpl} and {@code cleanLnPpl} (nats), {@code rewardTerms} by
 * name, {@code split}, {@code evaluatedAt} (the sigma and m that lnPpl holds for), {@code
 * noiseSeed} where the model drew noise, {@code backend} and {@code stepsLeft}. That of a reset
 * holds the same but for the reward's terms, and what belongs to lnPpl only where the reward
 * compares with the start: measuring an LLM takes seconds.
 */
public final class SplitInferenceEnvironment implements Environment {
  private static final List<String> OPTIONS = List.of("sigma", "m", "p");

  private final PerplexityModel model;
  private final String backend;
  private final SplitInferenceParameters parameters;
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
    SplitRange splits = parameters.splits();
    if (splits.max() >= model.layers()) {
      throw new InvalidValueException(
          "splitRange",
          splits,
          "within [1, " + (model.layers() - 1) + "] for a model of " + model.layers() + " layers");
    }
    this.model = model;
    this.backend = backend;
    this.parameters = parameters;
    this.reachable = parameters.dynamics().reachable(parameters.ranges());
    Range sigma = observed(reachable.sigma(), SplitInferenceParameters.DEFAULT_SIGMA);
    Range m = observed(reachable.m(), SplitInferenceParameters.DEFAULT_M);
    SplitRange p = splits.min() == splits.max() ? SplitRange.ofModel(model.layers()) : splits;
    this.observations =
        new Box(
            OPTIONS,
            new float[] {(float) sigma.low(), (float) m.low(), p.min()},
            new float[] {(float) sigma.high(), (float) m.high(), p.max()});
    this.actions = new Discrete(parameters.moves().actions());
    this.root = unseeded;
    this.afterClose = afterClose;
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

  @Override
  public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
    Fields fixed = new Fields("options.", options, OPTIONS);
    RandomStream nextRoot = seed == null ? root : RandomStream.ofSeed(seed).named("environment");
    long number = seed == null ? episodes : 0;
    RandomStream randomness = randomness(nextRoot, number);

    RandomStream draws = randomness.named("start");
    ChannelState drawn = parameters.ranges().draw(draws);
    int drawnSplit = parameters.starts().draw(draws);
    ChannelState start =
        new ChannelState(
            option(fixed, "sigma", drawn.sigma(), reachable.sigma()),
            option(fixed, "m", drawn.m(), reachable.m()));
    SplitRange splits = parameters.splits();
    int split =
        fixed.integer("p", drawnSplit, splits.min(), splits.max(), "an integer in " + splits);

    Map<String, Object> info = new LinkedHashMap<>();
    OptionalDouble startLogPerplexity = OptionalDouble.empty();
    if (parameters.reward().needsStart()) {
      LogPerplexity measured = model.logPerplexity(start, split, randomness.named("noise", 0));
      startLogPerplexity = OptionalDouble.of(measured.value());
      describe(measured, info);
    }
    root = nextRoot;
    episodes = number + 1;
    episode = new Episode(start, start, split, 0, startLogPerplexity);
    describe(episode, info);
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
    int split = parameters.splits().move(before.split(), parameters.moves().delta(index(action)));
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
    RewardTerms reward =
        parameters
            .reward()
            .of(
                new SplitOutcome(
                    before.startLogPerplexity(),
                    measured.value(),
                    model.cleanLogPerplexity(),
                    split,
                    parameters.splits().max(),
                    model.layers()));

    Episode after = new Episode(before.start(), now, split, steps, before.startLogPerplexity());
    Map<String, Object> info = new LinkedHashMap<>();
    describe(measured, info);
    info.put("rewardTerms", reward.terms());
    describe(after, info);
    episode = after;
    boolean over = steps == parameters.episodeSteps();
    return new StepResult(
        observation(after),
        reward.total(),
        over && parameters.endsAs() == EpisodeEnd.TERMINATED,
        over && parameters.endsAs() == EpisodeEnd.TRUNCATED,
        Collections.unmodifiableMap(info));
  }

  /** What changes in this environment, as it stands now. */
  public EnvironmentState state() {
    return new EnvironmentState(root.save(), episodes, episode);
  }

  /** Goes on from a state of an environment with the same model and parameters. */
  public void restore(EnvironmentState saved) {
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

  /**
   * Compares in float32, so that an observation's own value is a valid option although rounding may
   * have carried it past the end of the range.
   */
  private static double option(Fields options, String name, double drawn, Range range) {
    String allowed = "a number in " + range;
    double value = options.number(name, drawn, -Double.MAX_VALUE, Double.MAX_VALUE, allowed);
    if (!((float) value >= (float) range.low() && (float) value <= (float) range.high())) {
      throw options.refusal(name, allowed);
    }
    return range.clip(value);
  }

  private static BoxElement observation(Episode episode) {
    return new BoxElement(
        (float) episode.now().sigma(), (float) episode.now().m(), episode.split());
  }

  private static void describe(LogPerplexity measured, Map<String, Object> info) {
    info.put("lnPpl", measured.value());
    Map<String, Object> evaluatedAt = new LinkedHashMap<>();
    evaluatedAt.put("sigma", measured.evaluatedAt().sigma());
    evaluatedAt.put("m", measured.evaluatedAt().m());
    info.put("evaluatedAt", Collections.unmodifiableMap(evaluatedAt));
    measured.noiseSeed().ifPresent(seed -> info.put("noiseSeed", seed));
  }

  private void describe(Episode now, Map<String, Object> info) {
    info.put("cleanLnPpl", model.cleanLogPerplexity());
    info.put("split", now.split());
    info.put("stepsLeft", parameters.episodeSteps() - now.steps());
    info.put("backend", backend);
  }
}
