package io.splitgym.environment;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.PerplexityModel.Question;
import io.splitgym.reward.PredictingModel;
import io.splitgym.reward.Reward;
import io.splitgym.reward.RewardTerms;
import io.splitgym.reward.SplitOutcome;
import io.splitgym.reward.TwoTermReward;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Many {@link SplitInferenceEnvironment}s in arrays. Environment i goes through the same states, to
 * the bit, as a single one with the same seeds, options and actions.
 *
 * <p>Infos are those of the single environment, entry by entry, with a mask beside each. In {@link
 * AutoresetMode#SAME_STEP} they also hold {@code final_obs} and {@code final_info} of the episodes
 * that ended.
 *
 * <p>Environments are worked on in blocks, side by side; each block writes its own places alone, so
 * results don't depend on the number of threads.
 */
public final class SplitInferenceVector implements VectorEnvironment {
  private static final int BLOCK = 512;
  private static final int NAMED_AT_MOST = 8;

  private final PerplexityModel model;
  private final String backend;
  private final SplitInferenceParameters parameters;
  private final Reward reward;
  private final ChannelRanges reachable;
  private final Box observations;
  private final Discrete actions;
  private final AutoresetMode autoreset;
  private final Runnable afterClose;
  private final boolean[] everyone;
  private boolean closed;
  private Lanes lanes;

  /** What the model said of some environments, and what it cost. */
  @SuppressWarnings("ArrayRecordComponent") // written place by place
  private record Answers(
      boolean[] present,
      double[] logPerplexity,
      double[] sigma,
      double[] m,
      boolean[] noisy,
      long[] noiseSeed,
      boolean[] counted,
      double[] bitsPerToken,
      long[] evaluations,
      long[] hits,
      long[] tokens) {
    static Answers none(int count) {
      // nothing is written to these: nobody was asked
      double[] numbers = new double[count];
      long[] integers = new long[count];
      boolean[] nobody = new boolean[count];
      return new Answers(
          nobody, numbers, numbers, numbers, nobody, integers, nobody, numbers, integers, integers,
          integers);
    }
  }

  /**
   * The terms of rewards, of those that took a step.
   *
   * @param values [terms][environments]
   */
  @SuppressWarnings("ArrayRecordComponent") // written place by place
  private record Terms(boolean[] stepped, double[][] values) {}

  private interface BlockWork {
    void on(int from, int to);
  }

  /**
   * @param model must outlive the vector, which doesn't close it
   * @param backend what the model is called in info, such as {@code surrogate}
   * @param count how many environments
   * @param seed where randomness comes from until a reset brings another: environment i starts as
   *     if it had been reset with {@code seed + i}
   * @param afterClose run once, when the vector is closed: hands back what the model was lent with
   * @throws InvalidValueException if the parameters ask for splits that the model doesn't have
   */
  public SplitInferenceVector(
      PerplexityModel model,
      String backend,
      SplitInferenceParameters parameters,
      int count,
      AutoresetMode autoreset,
      long seed,
      Runnable afterClose) {
    Require.positive("numEnvs", count);
    SplitInferenceEnvironment.requireSplits(parameters.splits(), model.layers());
    VectorSeeds seeds = VectorSeeds.from(seed);
    seeds.requireFor(count);
    this.model = model;
    this.backend = backend;
    this.parameters = parameters;
    this.reward = parameters.reward().over(model);
    this.reachable = parameters.dynamics().reachable(parameters.ranges());
    this.observations = parameters.observationSpace(model.layers());
    this.actions = new Discrete(parameters.actions().actions());
    this.autoreset = autoreset;
    this.afterClose = afterClose;
    this.everyone = new boolean[count];
    Arrays.fill(everyone, true);
    Lanes fresh = Lanes.of(count, reward.needsStart(), !(model instanceof PredictingModel));
    this.lanes = fresh;
    inBlocks((from, to) -> seed(fresh, seeds, everyone, from, to));
  }

  @Override
  public int count() {
    return everyone.length;
  }

  @Override
  public AutoresetMode autoreset() {
    return autoreset;
  }

  @Override
  public Box singleObservationSpace() {
    return observations;
  }

  @Override
  public Discrete singleActionSpace() {
    return actions;
  }

  @Override
  public VectorResetResult reset(
      VectorSeeds seeds, boolean @Nullable [] mask, Map<String, Object> options) {
    Fields fixed = new Fields("options.", options, SplitInferenceEnvironment.OPTIONS);
    seeds.requireFor(count());
    boolean[] chosen = mask == null ? everyone : checked(mask);
    Lanes next = lanes.copyToSeed();
    inBlocks(
        (from, to) -> {
          seed(next, seeds, chosen, from, to);
          begin(next, chosen, fixed, from, to);
        });
    Answers answers = askAtStart(next, chosen);
    VectorResetResult result =
        new VectorResetResult(
            observe(next), observations.size(), describe(next, chosen, answers, null));
    lanes = next;
    return result;
  }

  @Override
  public VectorStepResult step(int[] chosenActions) {
    requireActions(chosenActions);
    requireRunning();
    Lanes next = lanes.copy();
    boolean[] stepped = new boolean[count()];
    boolean[] restarted = new boolean[count()];
    Fields nothingFixed = new Fields("", Map.of(), List.of());
    inBlocks(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            // only NEXT_STEP lets an episode that is over through
            restarted[i] = next.steps[i] == parameters.episodeSteps();
            stepped[i] = !restarted[i];
          }
          begin(next, restarted, nothingFixed, from, to);
          advance(next, stepped, chosenActions, from, to);
        });
    boolean[] asked = reward.needsStart() ? everyone : whole(stepped);
    Answers answers = ask(next, asked);
    keepStart(next, restarted, answers);

    double[] rewards = new double[count()];
    Terms terms = rewards(next, whole(stepped), answers, rewards);
    boolean[] over = new boolean[count()];
    for (int i = 0; i < over.length; i++) {
      over[i] = next.steps[i] == parameters.episodeSteps();
    }
    boolean[] never = new boolean[count()];
    boolean terminates = parameters.endsAs() == EpisodeEnd.TERMINATED;

    Map<String, VectorColumn> infos = new LinkedHashMap<>();
    if (autoreset == AutoresetMode.SAME_STEP && anyOf(over)) {
      boolean[] ended = whole(over);
      infos.put("final_obs", finalObservations(next, ended));
      infos.put(
          "final_info", new VectorColumn.Nested(describe(next, ended, answers, terms), ended));
      inBlocks((from, to) -> begin(next, over, nothingFixed, from, to));
      Answers atStart = askAtStart(next, over);
      answers = replaced(answers, atStart, over);
      terms = new Terms(whole(without(stepped, over)), terms.values());
    }
    infos.putAll(describe(next, everyone, answers, terms));
    VectorStepResult result =
        new VectorStepResult(
            observe(next),
            observations.size(),
            rewards,
            terminates ? over : never,
            terminates ? never : over,
            infos);
    lanes = next;
    return result;
  }

  @Override
  public byte[] save() {
    return lanes.bytes();
  }

  @Override
  public void restore(byte[] saved) {
    Lanes claimed = Lanes.of(saved, lanes);
    for (int i = 0; i < count(); i++) {
      requirePossible(claimed, i);
    }
    lanes = claimed;
  }

  /** Ends the episodes; the model stays open, as others may use it. */
  @Override
  public void close() {
    lanes = Lanes.of(count(), lanes.startLogPerplexity != null, lanes.asked != null);
    if (!closed) {
      closed = true;
      afterClose.run();
    }
  }

  private boolean[] checked(boolean[] mask) {
    String field = "options.reset_mask";
    if (mask.length != count()) {
      throw new InvalidValueException(
          field, mask.length + " values", count() + " values, one for each environment");
    }
    if (!anyOf(mask)) {
      throw new InvalidValueException(field, "all false", "true at least once");
    }
    for (int i = 0; i < mask.length; i++) {
      if (!mask[i] && lanes.steps[i] == Lanes.NEVER_RESET) {
        throw new InvalidValueException(field, "false at " + i, "true where no reset has been yet");
      }
    }
    return whole(mask.clone());
  }

  private void requireActions(int[] chosen) {
    if (chosen.length != count()) {
      throw new InvalidValueException(
          "actions", chosen.length + " values", count() + " values, one for each environment");
    }
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i] < 0 || chosen[i] >= actions.n()) {
        throw new InvalidValueException(
            "actions[" + i + "]", chosen[i], "an integer in [0, " + (actions.n() - 1) + "]");
      }
    }
  }

  private void requireRunning() {
    List<Integer> over = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      if (lanes.steps[i] == Lanes.NEVER_RESET) {
        throw new EpisodeNotRunningException(
            "no episode is running: reset the vector environment first");
      }
      if (autoreset == AutoresetMode.DISABLED
          && lanes.steps[i] == parameters.episodeSteps()
          && over.size() <= NAMED_AT_MOST) {
        over.add(i);
      }
    }
    if (!over.isEmpty()) {
      boolean more = over.size() > NAMED_AT_MOST;
      throw new EpisodeNotRunningException(
          "autoreset is "
              + autoreset.text()
              + " and the episodes of environments "
              + over.subList(0, Math.min(over.size(), NAMED_AT_MOST))
              + (more ? " and others" : "")
              + " are over: reset these first, with options.reset_mask");
    }
  }

  private static void seed(Lanes next, VectorSeeds seeds, boolean[] chosen, int from, int to) {
    for (int i = from; i < to; i++) {
      @Nullable Long seed = chosen[i] ? seeds.of(i) : null;
      if (seed != null) {
        next.setRoot(i, SplitInferenceEnvironment.root(seed));
        next.episodes[i] = 0;
      }
    }
  }

  /** Starts an episode in each of the chosen ones. */
  private void begin(Lanes next, boolean[] chosen, Fields fixed, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!chosen[i]) {
        continue;
      }
      next.episodes[i]++;
      Start start = Start.draw(parameters, reachable, fixed, next.randomness(i));
      next.startSigma[i] = start.state().sigma();
      next.startM[i] = start.state().m();
      next.sigma[i] = start.state().sigma();
      next.m[i] = start.state().m();
      next.split[i] = start.split();
      next.steps[i] = 0;
      if (next.asked != null) {
        next.asked[i] = CellsAsked.NONE;
      }
    }
  }

  /** Moves the split, then the channel, of those that take a step. */
  private void advance(Lanes next, boolean[] stepped, int[] chosenActions, int from, int to) {
    ChannelDynamics dynamics = parameters.dynamics();
    boolean moving = !(dynamics instanceof ChannelDynamics.Static);
    for (int i = from; i < to; i++) {
      if (!stepped[i]) {
        continue;
      }
      int before = next.split[i];
      int split = parameters.actions().target(before, chosenActions[i], parameters.splits());
      next.split[i] = split;
      next.steps[i]++;
      if (moving) {
        ChannelState now =
            dynamics.next(
                new ChannelState(next.sigma[i], next.m[i]),
                new ChannelState(next.startSigma[i], next.startM[i]),
                split - before,
                parameters.ranges(),
                next.randomness(i).named("dynamics", next.steps[i]));
        next.sigma[i] = now.sigma();
        next.m[i] = now.m();
      }
    }
  }

  /** Asks for ln PPL at the start of those that were reset, where the reward needs it. */
  private Answers askAtStart(Lanes next, boolean[] reset) {
    if (!reward.needsStart()) {
      return Answers.none(count());
    }
    Answers answers = ask(next, whole(reset));
    keepStart(next, reset, answers);
    return answers;
  }

  private static void keepStart(Lanes next, boolean[] reset, Answers answers) {
    if (next.startLogPerplexity != null) {
      for (int i = 0; i < reset.length; i++) {
        if (reset[i]) {
          next.startLogPerplexity[i] = answers.logPerplexity()[i];
        }
      }
    }
  }

  private Answers ask(Lanes next, boolean[] asked) {
    return model instanceof PredictingModel predicting
        ? predict(predicting, next, asked)
        : measure(next, asked);
  }

  private Answers predict(PredictingModel predicting, Lanes next, boolean[] asked) {
    Answers none = Answers.none(count());
    double[] logPerplexity = new double[count()];
    inBlocks(
        (from, to) -> {
          int count = 0;
          for (int i = from; i < to; i++) {
            count += asked[i] ? 1 : 0;
          }
          if (count == to - from) {
            predicting.logPerplexities(next.sigma, next.m, next.split, from, to, logPerplexity);
          } else if (count > 0) {
            predictSome(predicting, next, asked, from, to, logPerplexity);
          }
        });
    requireFinite(logPerplexity);
    // a model that predicts does so for the very state that it is asked for
    return new Answers(
        asked,
        logPerplexity,
        next.sigma.clone(),
        next.m.clone(),
        none.noisy(),
        none.noiseSeed(),
        none.counted(),
        none.bitsPerToken(),
        none.evaluations(),
        none.hits(),
        none.tokens());
  }

  private static void predictSome(
      PredictingModel predicting, Lanes next, boolean[] asked, int from, int to, double[] into) {
    double[] sigma = new double[to - from];
    double[] m = new double[to - from];
    int[] split = new int[to - from];
    int[] places = new int[to - from];
    int count = 0;
    for (int i = from; i < to; i++) {
      if (asked[i]) {
        sigma[count] = next.sigma[i];
        m[count] = next.m[i];
        split[count] = next.split[i];
        places[count++] = i;
      }
    }
    double[] answers = new double[count];
    predicting.logPerplexities(sigma, m, split, 0, count, answers);
    for (int i = 0; i < count; i++) {
      into[places[i]] = answers[i];
    }
  }

  private static void requireFinite(double[] logPerplexity) {
    for (double value : logPerplexity) {
      if (!Double.isFinite(value)) {
        // nobody asked for it: a model went wrong, not its caller
        throw new ArithmeticException("ln PPL is " + value + ", must be finite");
      }
    }
  }

  private Answers measure(Lanes next, boolean[] asked) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      if (asked[i]) {
        questions.add(
            new Question(
                new ChannelState(next.sigma[i], next.m[i]),
                next.split[i],
                next.randomness(i).named("noise", next.steps[i])));
      }
    }
    Answers answers =
        new Answers(
            asked,
            new double[count()],
            new double[count()],
            new double[count()],
            new boolean[count()],
            new long[count()],
            new boolean[count()],
            new double[count()],
            new long[count()],
            new long[count()],
            new long[count()]);
    List<LogPerplexity> measured =
        questions.isEmpty() ? List.of() : model.logPerplexities(questions);
    int place = 0;
    for (int i = 0; i < count(); i++) {
      if (asked[i]) {
        keep(next, i, measured.get(place++), answers);
      }
    }
    return answers;
  }

  private static void keep(Lanes next, int lane, LogPerplexity measured, Answers answers) {
    answers.logPerplexity()[lane] = measured.value();
    answers.sigma()[lane] = measured.evaluatedAt().sigma();
    answers.m()[lane] = measured.evaluatedAt().m();
    answers.noisy()[lane] = measured.noiseSeed().isPresent();
    answers.noiseSeed()[lane] = measured.noiseSeed().orElse(0);
    answers.counted()[lane] = measured.bitsPerToken().isPresent();
    answers.bitsPerToken()[lane] = measured.bitsPerToken().orElse(0);
    if (next.asked != null) {
      CellsAsked before = next.asked[lane];
      StepCost cost = before.cost(measured, next.split[lane]);
      next.asked[lane] = before.with(measured, next.split[lane]);
      answers.evaluations()[lane] = cost.llmEvaluations();
      answers.hits()[lane] = cost.cacheHits();
      answers.tokens()[lane] = cost.tokens();
    }
  }

  /** The first answers, but the second ones for some environments. */
  private Answers replaced(Answers first, Answers second, boolean[] some) {
    return new Answers(
        whole(chosen(first.present(), second.present(), some)),
        chosen(first.logPerplexity(), second.logPerplexity(), some),
        chosen(first.sigma(), second.sigma(), some),
        chosen(first.m(), second.m(), some),
        chosen(first.noisy(), second.noisy(), some),
        chosen(first.noiseSeed(), second.noiseSeed(), some),
        chosen(first.counted(), second.counted(), some),
        chosen(first.bitsPerToken(), second.bitsPerToken(), some),
        chosen(first.evaluations(), second.evaluations(), some),
        chosen(first.hits(), second.hits(), some),
        chosen(first.tokens(), second.tokens(), some));
  }

  private Terms rewards(Lanes next, boolean[] stepped, Answers answers, double[] rewards) {
    double[][] terms = new double[reward.termNames().size()][count()];
    double clean = model.cleanLogPerplexity();
    int greatest = parameters.splits().max();
    int layers = model.layers();
    inBlocks(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            if (!stepped[i]) {
              continue;
            }
            double now = answers.logPerplexity()[i];
            if (reward instanceof TwoTermReward both) {
              double start = next.startLogPerplexity == null ? 0 : next.startLogPerplexity[i];
              terms[0][i] = both.perplexityTerm(start, now, clean);
              terms[1][i] = both.loadTerm(next.split[i], greatest, layers);
              rewards[i] = terms[0][i] + terms[1][i];
            } else {
              RewardTerms sum =
                  reward.of(
                      new SplitOutcome(
                          new ChannelState(next.sigma[i], next.m[i]),
                          next.startLogPerplexity == null
                              ? OptionalDouble.empty()
                              : OptionalDouble.of(next.startLogPerplexity[i]),
                          now,
                          clean,
                          next.split[i],
                          greatest,
                          layers));
              int place = 0;
              for (double term : sum.terms().values()) {
                terms[place++][i] = term;
              }
              rewards[i] = sum.total();
            }
          }
        });
    return new Terms(stepped, terms);
  }

  private float[] observe(Lanes now) {
    int width = observations.size();
    float[] values = new float[count() * width];
    inBlocks(
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int at = i * width;
            values[at] = (float) now.sigma[i];
            values[at + 1] = (float) now.m[i];
            values[at + 2] = now.split[i];
            if (parameters.observeStepsLeft()) {
              values[at + 3] = parameters.episodeSteps() - now.steps[i];
            }
          }
        });
    return values;
  }

  private VectorColumn finalObservations(Lanes now, boolean[] ended) {
    int width = observations.size();
    float[] values = observe(now);
    for (int i = 0; i < ended.length; i++) {
      if (!ended[i]) {
        Arrays.fill(values, i * width, (i + 1) * width, 0);
      }
    }
    return new VectorColumn.Observations(values, width, ended);
  }

  /**
   * The infos of some environments, in the single one's order.
   *
   * @param terms of those that took a step; null where nobody did
   */
  private Map<String, VectorColumn> describe(
      Lanes now, boolean[] who, Answers answers, @Nullable Terms terms) {
    Map<String, VectorColumn> infos = new LinkedHashMap<>();
    boolean[] asked = both(who, answers.present());
    if (anyOf(asked)) {
      if (!model.givesRewardTerm()) {
        infos.put("lnPpl", reals(answers.logPerplexity(), asked));
      }
      Map<String, VectorColumn> evaluatedAt = new LinkedHashMap<>();
      evaluatedAt.put("sigma", reals(answers.sigma(), asked));
      evaluatedAt.put("m", reals(answers.m(), asked));
      infos.put("evaluatedAt", new VectorColumn.Nested(evaluatedAt, asked));
    }
    boolean[] noisy = both(asked, answers.noisy());
    if (anyOf(noisy)) {
      infos.put("noiseSeed", integers(answers.noiseSeed(), noisy));
    }
    boolean[] counted = both(asked, answers.counted());
    if (anyOf(counted)) {
      infos.put("bitsPerToken", reals(answers.bitsPerToken(), counted));
    }
    if (terms != null && anyOf(both(who, terms.stepped()))) {
      boolean[] stepped = both(who, terms.stepped());
      Map<String, VectorColumn> each = new LinkedHashMap<>();
      for (int term = 0; term < terms.values().length; term++) {
        each.put(reward.termNames().get(term), reals(terms.values()[term], stepped));
      }
      infos.put("rewardTerms", new VectorColumn.Nested(each, stepped));
    }
    if (!model.givesRewardTerm()) {
      infos.put("cleanLnPpl", new VectorColumn.SameReal(model.cleanLogPerplexity(), who));
    }
    long[] split = new long[count()];
    long[] stepsLeft = new long[count()];
    for (int i = 0; i < split.length; i++) {
      split[i] = now.split[i];
      stepsLeft[i] = parameters.episodeSteps() - now.steps[i];
    }
    infos.put("split", integers(split, who));
    infos.put("stepsLeft", integers(stepsLeft, who));
    infos.put("backend", new VectorColumn.Text(backend, who));
    Map<String, VectorColumn> cost = new LinkedHashMap<>();
    cost.put("llmEvaluations", costs(answers.evaluations(), who));
    cost.put("cacheHits", costs(answers.hits(), who));
    cost.put("tokens", costs(answers.tokens(), who));
    infos.put("cost", new VectorColumn.Nested(cost, who));
    if (parameters.actionMask()) {
      byte[] masks = new byte[count() * actions.n()];
      for (int i = 0; i < who.length; i++) {
        if (who[i]) {
          parameters.actions().mask(now.split[i], parameters.splits(), masks, i * actions.n());
        }
      }
      infos.put(
          SplitInferenceEnvironment.ACTION_MASK,
          new VectorColumn.SmallRows(masks, actions.n(), who));
    }
    return infos;
  }

  private void requirePossible(Lanes claimed, int lane) {
    String of = "[" + lane + "]";
    int steps = claimed.steps[lane];
    Require.inRange("steps" + of, steps, Lanes.NEVER_RESET, parameters.episodeSteps());
    long least = steps == Lanes.NEVER_RESET ? 0 : 1;
    if (claimed.episodes[lane] < least) {
      throw new InvalidValueException("episodes" + of, claimed.episodes[lane], "at least " + least);
    }
    if (steps == Lanes.NEVER_RESET) {
      return;
    }
    SplitRange splits = parameters.splits();
    Require.inRange("split" + of, claimed.split[lane], splits.min(), splits.max());
    if (!isReachable(claimed.startSigma[lane], claimed.startM[lane])
        || !isReachable(claimed.sigma[lane], claimed.m[lane])) {
      throw new InvalidValueException(
          "channel" + of,
          claimed.sigma[lane] + ", " + claimed.m[lane],
          "within sigma " + reachable.sigma() + " and m " + reachable.m());
    }
    if (claimed.startLogPerplexity != null && !Double.isFinite(claimed.startLogPerplexity[lane])) {
      throw new InvalidValueException(
          "startLogPerplexity" + of, claimed.startLogPerplexity[lane], "a finite number");
    }
  }

  private boolean isReachable(double sigma, double m) {
    return Start.isWithin(sigma, reachable.sigma()) && Start.isWithin(m, reachable.m());
  }

  private void inBlocks(BlockWork work) {
    int blocks = (count() + BLOCK - 1) / BLOCK;
    if (blocks == 1) {
      work.on(0, count());
    } else {
      IntStream.range(0, blocks)
          .parallel()
          .forEach(block -> work.on(block * BLOCK, Math.min(count(), (block + 1) * BLOCK)));
    }
  }

  /** The mask of all where this is one of all, so that what isn't masked is copied nowhere. */
  private boolean[] whole(boolean[] mask) {
    for (boolean one : mask) {
      if (!one) {
        return mask;
      }
    }
    return everyone;
  }

  private boolean[] both(boolean[] first, boolean[] second) {
    if (first == everyone || first == second) {
      return second;
    }
    if (second == everyone) {
      return first;
    }
    boolean[] both = new boolean[first.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = first[i] && second[i];
    }
    return both;
  }

  private static boolean[] without(boolean[] first, boolean[] second) {
    boolean[] rest = new boolean[first.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = first[i] && !second[i];
    }
    return rest;
  }

  private static boolean anyOf(boolean[] mask) {
    for (boolean one : mask) {
      if (one) {
        return true;
      }
    }
    return false;
  }

  private VectorColumn reals(double[] values, boolean[] mask) {
    return new VectorColumn.Reals(
        mask == everyone ? values : chosen(new double[values.length], values, mask), mask);
  }

  private VectorColumn integers(long[] values, boolean[] mask) {
    return new VectorColumn.Integers(
        mask == everyone ? values : chosen(new long[values.length], values, mask), mask);
  }

  /** What a model that predicts costs is 0 for all. */
  private VectorColumn costs(long[] values, boolean[] mask) {
    return model instanceof PredictingModel
        ? new VectorColumn.SameInteger(0, mask)
        : integers(values, mask);
  }

  private static double[] chosen(double[] first, double[] second, boolean[] some) {
    double[] mixed = first.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = some[i] ? second[i] : mixed[i];
    }
    return mixed;
  }

  private static long[] chosen(long[] first, long[] second, boolean[] some) {
    long[] mixed = first.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = some[i] ? second[i] : mixed[i];
    }
    return mixed;
  }

  private static boolean[] chosen(boolean[] first, boolean[] second, boolean[] some) {
    boolean[] mixed = first.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = some[i] ? second[i] : mixed[i];
    }
    return mixed;
  }
}
