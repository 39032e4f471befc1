package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.SplitInferenceEnvironment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * How good a policy is while it is trained: its most probable actions in the test episodes, played
 * in an environment of its own, so that looking doesn't change what is learned.
 */
final class LearningCurve implements TrainingListener {
  static final String STEPS = "steps";
  static final String RETURN = "return";

  private final StudyOptions options;
  private final Episodes episodes;
  private final SplitInferenceEnvironment environment;
  private final LongConsumer progress;
  private final Beside beside;
  private final List<double[]> rows = new ArrayList<>();
  private int due = 1;
  private long nanosLooking;

  /** What a row tells beside steps and return. */
  @FunctionalInterface
  interface Beside {
    /** Nothing. */
    Beside NOTHING = nanosLooking -> new double[0];

    /**
     * @param nanosLooking how long evaluations took so far, which isn't training
     */
    double[] values(long nanosLooking);
  }

  private LearningCurve(
      StudyOptions options,
      SplitInferenceEnvironment environment,
      LongConsumer progress,
      Beside beside) {
    this.options = options;
    this.episodes = options.testEpisodes();
    this.environment = environment;
    this.progress = progress;
    this.beside = beside;
  }

  /**
   * Trains once.
   *
   * @return the columns {@value #STEPS} and {@value #RETURN}: the mean undiscounted return over the
   *     test episodes after the first update at or behind each evenly spaced number of steps, and
   *     at the end
   */
  static Table train(Line line, StudyOptions options, long seed, LongConsumer progress) {
    try (SplitInferenceEnvironment environment = line.environment()) {
      return new Table(
          List.of(STEPS, RETURN),
          train(
              line.learner(),
              line::environment,
              environment,
              options,
              seed,
              progress,
              Beside.NOTHING));
    }
  }

  /**
   * Trains once, evaluating the policy elsewhere than where it is trained.
   *
   * @param environments where it is trained
   * @param test where it is evaluated
   * @param beside what else each row tells
   * @return rows of steps, return, and what is beside them
   */
  static List<double[]> train(
      Learner<?> learner,
      Supplier<SplitInferenceEnvironment> environments,
      SplitInferenceEnvironment test,
      StudyOptions options,
      long seed,
      LongConsumer progress,
      Beside beside) {
    LearningCurve curve = new LearningCurve(options, test, progress, beside);
    Policy last = learner.train(new Training(environments, options.steps(), seed, 1, curve));
    if (curve.due <= options.evaluations()) {
      curve.evaluate(options.steps(), last);
    }
    return curve.rows;
  }

  @Override
  public void stepped(long steps) {
    progress.accept(steps);
  }

  @Override
  public void learned(long steps, Supplier<? extends Policy> policy) {
    if (due <= options.evaluations() && steps >= mark(due)) {
      evaluate(steps, policy.get());
      while (due <= options.evaluations() && mark(due) <= steps) {
        due++;
      }
    }
  }

  /** The steps that the evaluation of that number, counted from 1, waits for. */
  private long mark(int number) {
    return Math.max(1, options.steps() * number / options.evaluations());
  }

  private void evaluate(long steps, Policy policy) {
    double[] told = beside.values(nanosLooking);
    long start = System.nanoTime();
    double mean = episodes.meanReturn(environment, new GreedyPolicy(policy));
    double[] row = Arrays.copyOf(new double[] {steps, mean}, 2 + told.length);
    System.arraycopy(told, 0, row, 2, told.length);
    rows.add(row);
    nanosLooking += System.nanoTime() - start;
  }
}
