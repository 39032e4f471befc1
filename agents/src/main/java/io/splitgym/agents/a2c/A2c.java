package io.splitgym.agents.a2c;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.network.RmsProp;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.agents.rollout.ActorCriticLoss;
import io.splitgym.agents.rollout.Rollout;
import io.splitgym.agents.rollout.RolloutCollector;
import io.splitgym.environment.Preset;
import io.splitgym.random.RandomStream;

/**
 * Synchronous advantage actor-critic (Mnih et al., "Asynchronous methods for deep reinforcement
 * learning", ICML 2016), the details as in stable-baselines3 but for two: observations are scaled
 * onto [-1, 1], and the last rollout is cut short where the steps end.
 */
public final class A2c implements Algorithm<A2cHyperparameters> {
  public static final String NAME = "a2c";

  @Override
  public String name() {
    return NAME;
  }

  /** The same for every preset: the released code's own are not known. */
  @Override
  public A2cHyperparameters hyperparameters(Preset preset) {
    return A2cHyperparameters.defaults();
  }

  @Override
  public SoftmaxPolicy train(A2cHyperparameters hyperparameters, Training training) {
    RandomStream seeds = RandomStream.ofSeed(training.seed()).named(NAME);
    int environments = hyperparameters.environments();
    int steps = hyperparameters.rolloutSteps();
    try (RolloutCollector collector =
        new RolloutCollector(training, environments, seeds.named("rollout"))) {
      ActorCritic networks =
          ActorCritic.draw(
              collector.scaling().inputs(),
              hyperparameters.hiddenUnits(),
              collector.actions(),
              environments * steps,
              seeds.named("weights"));
      Update update = new Update(networks, hyperparameters);
      Rollout rollout = collector.room(steps);
      while (collector.steps() < training.steps()) {
        collector.collect(
            networks,
            rollout,
            collector.stepsEach(steps),
            hyperparameters.discount(),
            hyperparameters.gaeLambda());
        update.learnFrom(rollout);
        training.listener().learned(collector.steps(), () -> policy(collector, networks));
      }
      return policy(collector, networks);
    }
  }

  private static SoftmaxPolicy policy(RolloutCollector collector, ActorCritic networks) {
    return new SoftmaxPolicy(NAME, collector.scaling(), networks.actor().toDense());
  }

  /** One step of both networks from one rollout. */
  static final class Update {
    private final ActorCritic networks;
    private final A2cHyperparameters hyperparameters;
    private final ActorCriticLoss loss;
    private final RmsProp actor;
    private final RmsProp critic;

    Update(ActorCritic networks, A2cHyperparameters hyperparameters) {
      this.networks = networks;
      this.hyperparameters = hyperparameters;
      this.loss =
          new ActorCriticLoss(
              networks, hyperparameters.entropyCoefficient(), hyperparameters.valueCoefficient());
      this.actor = optimizer(networks.actor(), hyperparameters);
      this.critic = optimizer(networks.critic(), hyperparameters);
    }

    private static RmsProp optimizer(TrainableNetwork network, A2cHyperparameters hyperparameters) {
      return new RmsProp(
          network,
          hyperparameters.learningRate(),
          hyperparameters.rmsDecay(),
          hyperparameters.rmsEpsilon());
    }

    void learnFrom(Rollout rollout) {
      int count = rollout.samples();
      int[] all = new int[count];
      for (int i = 0; i < count; i++) {
        all[i] = i;
      }
      loss.actorGradient(
          rollout,
          all,
          0,
          count,
          hyperparameters.normalizeAdvantage(),
          (advantage, ratio) -> advantage);
      loss.criticGradient(rollout, all, 0, count);
      float scale =
          TrainableNetwork.gradientScale(
              networks.actor().squaredGradientNorm() + networks.critic().squaredGradientNorm(),
              hyperparameters.maxGradientNorm());
      actor.step(scale);
      critic.step(scale);
    }
  }
}
