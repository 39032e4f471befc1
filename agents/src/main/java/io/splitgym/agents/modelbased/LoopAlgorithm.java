package io.splitgym.agents.modelbased;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;

/**
 * The active loop as an algorithm beside those that learn from an environment. It looks at none: it
 * has a budget of evaluations of the LLM, and trains in environments over what it predicts from
 * them. The steps of its training are shared evenly among its rounds, rounded down.
 *
 * <p>It needs measurements, so it is made where there are some, not found by name.
 */
public final class LoopAlgorithm implements Algorithm<LoopAlgorithm.Settings> {
  /** Of its name, before the name of what it trains. */
  public static final String PREFIX = "model-based-";

  private final MeasuredCells cells;
  private final SplitInferenceParameters parameters;
  private final Learner<?> inner;
  private final Settings settings;

  /**
   * What determines a policy, beside environment, steps and seed.
   *
   * @param agent what is trained on what the ensemble predicts
   * @param hyperparameters of that
   * @param loop how cells are chosen
   * @param dataHash of the measurements that answer for the LLM
   */
  public record Settings(String agent, Record hyperparameters, LoopOptions loop, String dataHash) {}

  /**
   * @param measured what answers for the LLM; only splits of the environment are asked for
   * @param dataHash of the measurements
   * @param parameters of the environment that is learned for
   * @param inner what is trained in each round
   */
  public LoopAlgorithm(
      MeasuredCells measured,
      String dataHash,
      SplitInferenceParameters parameters,
      Learner<?> inner,
      LoopOptions loop) {
    this.cells = measured.within(parameters.splits());
    this.parameters = parameters;
    this.inner = inner;
    this.settings = new Settings(inner.algorithm().name(), inner.hyperparameters(), loop, dataHash);
  }

  /** This algorithm with its settings. */
  public Learner<Settings> learner() {
    return new Learner<>(this, settings);
  }

  /** How many times it has the LLM evaluated. */
  public int evaluations() {
    return Math.min(settings.loop().budget(), 1 + cells.grid().cells().size());
  }

  @Override
  public String name() {
    return PREFIX + settings.agent();
  }

  /** Those that it was made with. */
  @Override
  public Settings hyperparameters(Preset preset) {
    return settings;
  }

  @Override
  public Policy train(Settings hyperparameters, Training training) {
    LoopOptions loop = hyperparameters.loop();
    long each = Math.max(1, training.steps() / loop.rounds(cells.grid()));
    return new ActiveLoop(cells.grid(), parameters, inner, loop, each)
        .run(
            cells,
            training.seed(),
            new ActiveLoop.Listener() {
              @Override
              public void trained(int round, long steps) {
                training.listener().stepped(each * (round - 1) + steps);
              }

              @Override
              public void ended(ActiveLoop.Round round) {
                training.listener().learned(each * round.number(), round::policy);
              }
            });
  }
}
