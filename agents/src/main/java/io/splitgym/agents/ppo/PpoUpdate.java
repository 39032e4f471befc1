package io.splitgym.agents.ppo;

import io.splitgym.agents.network.Adam;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.agents.rollout.ActorCriticLoss;
import io.splitgym.agents.rollout.Rollout;
import io.splitgym.random.RandomStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The updates after a rollout. Actor and critic share no parameter: all that one needs of the other
 * is the norm of its gradients, so each has a thread of its own where there are two, which meet
 * once a minibatch; the sums are the same on one thread.
 */
final class PpoUpdate implements AutoCloseable {
  private static final double ADAM_EPSILON = 1e-5;

  private final PpoHyperparameters hyperparameters;
  private final RandomStream random;
  private final TrainableNetwork actor;
  private final TrainableNetwork critic;
  private final Adam actorAdam;
  private final Adam criticAdam;
  private final ActorCriticLoss loss;
  private final ActorCriticLoss.Objective objective;
  private final @Nullable ExecutorService helper;

  /** The samples of all minibatches, one after another; written before the halves begin. */
  private int[] order = {};

  private interface Minibatch {
    /**
     * @param at where in the order it begins
     */
    void on(int at, int count);
  }

  /**
   * @param random where the minibatches are drawn from
   */
  PpoUpdate(
      ActorCritic networks, PpoHyperparameters hyperparameters, int threads, RandomStream random) {
    this.hyperparameters = hyperparameters;
    this.random = random;
    this.actor = networks.actor();
    this.critic = networks.critic();
    this.actorAdam = new Adam(actor, hyperparameters.learningRate(), ADAM_EPSILON);
    this.criticAdam = new Adam(critic, hyperparameters.learningRate(), ADAM_EPSILON);
    this.loss =
        new ActorCriticLoss(
            networks, hyperparameters.entropyCoefficient(), hyperparameters.valueCoefficient());
    this.objective = clipped(hyperparameters.clipRange());
    this.helper =
        threads > 1
            ? Executors.newSingleThreadExecutor(
                work -> {
                  Thread thread = new Thread(work, "ppo-critic");
                  thread.setDaemon(true);
                  return thread;
                })
            : null;
  }

  /** Every epoch of updates from one rollout. */
  void learnFrom(Rollout rollout) {
    int samples = rollout.samples();
    int epochs = hyperparameters.epochs();
    order = new int[samples * epochs];
    for (int epoch = 0; epoch < epochs; epoch++) {
      shuffle(epoch * samples, samples);
    }
    if (helper == null) {
      learnInTurns(rollout);
    } else {
      learnSideBySide(rollout, helper);
    }
  }

  @Override
  public void close() {
    if (helper != null) {
      helper.shutdownNow();
    }
  }

  private void learnInTurns(Rollout rollout) {
    forEachMinibatch(
        rollout.samples(),
        (at, count) -> {
          actorGradient(rollout, at, count);
          criticGradient(rollout, at, count);
          double squares = actor.squaredGradientNorm() + critic.squaredGradientNorm();
          step(actorAdam, squares);
          step(criticAdam, squares);
        });
  }

  private void learnSideBySide(Rollout rollout, ExecutorService other) {
    NormExchange exchange = new NormExchange();
    Future<?> criticDone =
        other.submit(
            () ->
                learnHalf(
                    rollout,
                    exchange,
                    (at, count) -> {
                      criticGradient(rollout, at, count);
                      step(criticAdam, exchange.critic().total(critic.squaredGradientNorm()));
                    }));
    learnHalf(
        rollout,
        exchange,
        (at, count) -> {
          actorGradient(rollout, at, count);
          step(actorAdam, exchange.actor().total(actor.squaredGradientNorm()));
        });
    try {
      criticDone.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the critic's update failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while training");
    }
  }

  private void learnHalf(Rollout rollout, NormExchange exchange, Minibatch work) {
    try {
      forEachMinibatch(rollout.samples(), work);
    } catch (RuntimeException | Error e) {
      exchange.giveUp(e);
      throw e;
    }
  }

  private void forEachMinibatch(int samples, Minibatch work) {
    for (int epoch = 0; epoch < hyperparameters.epochs(); epoch++) {
      for (int from = 0; from < samples; from += hyperparameters.batchSize()) {
        work.on(epoch * samples + from, Math.min(hyperparameters.batchSize(), samples - from));
      }
    }
  }

  private void step(Adam adam, double squares) {
    adam.step(TrainableNetwork.gradientScale(squares, hyperparameters.maxGradientNorm()));
  }

  private void shuffle(int at, int samples) {
    for (int i = 0; i < samples; i++) {
      int other = random.nextInteger(0, i);
      order[at + i] = order[at + other];
      order[at + other] = i;
    }
  }

  private void actorGradient(Rollout rollout, int at, int count) {
    loss.actorGradient(rollout, order, at, count, hyperparameters.normalizeAdvantage(), objective);
  }

  private void criticGradient(Rollout rollout, int at, int count) {
    loss.criticGradient(rollout, order, at, count);
  }

  /** min(A r, A clip(r)), whose derivative is 0 where the ratio has gone far enough. */
  static ActorCriticLoss.Objective clipped(double clipRange) {
    float least = (float) (1 - clipRange);
    float greatest = (float) (1 + clipRange);
    return (advantage, ratio) ->
        (advantage > 0 ? ratio > greatest : ratio < least) ? 0 : advantage * ratio;
  }
}
