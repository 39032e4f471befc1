package io.splitgym.agents.ppo;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.agents.rollout.ActorCritic;
import io.splitgym.agents.rollout.Rollout;
import io.splitgym.agents.rollout.RolloutCollector;
import io.splitgym.environment.Preset;
import io.splitgym.random.RandomStream;

/**
 * Proximal policy optimisation with a clipped objective (Schulman, Wolski, Dhariwal, Radford and
 * Klimov, arXiv 1707.06347), the details as in stable-baselines3 but for two: observations are
 * scaled onto [-1, 1], and the last rollout is cut short where the steps end.
 */
public final class Ppo implements Algorithm<PpoHyperparameters> {
  public static final String NAME = "ppo";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public PpoHyperparameters hyperparameters(Preset preset) {
    return PpoHyperparameters.of(preset);
  }

  @Override
  public SoftmaxPolicy train(PpoHyperparameters hyperparameters, Training training) {
    RandomStream seeds = RandomStream.ofSeed(training.seed()).named(NAME);
    int environments = hyperparameters.environments();
    try (RolloutCollector collector =
        new RolloutCollector(training, environments, seeds.named("rollout"))) {
      ActorCritic networks =
          ActorCritic.draw(
              collector.scaling().inputs(),
              hyperparameters.hiddenUnits(),
              collector.actions(),
              hyperparameters.batchSize(),
              seeds.named("weights"));
      Rollout rollout = collector.room(hyperparameters.rolloutSteps());
      try (PpoUpdate update =
          new PpoUpdate(
              networks, hyperparameters, training.threads(), seeds.named("minibatches"))) {
        while (collector.steps() < training.steps()) {
          collector.collect(
              networks,
              rollout,
              collector.stepsEach(hyperparameters.rolloutSteps()),
              hyperparameters.discount(),
              hyperparameters.gaeLambda());
          update.learnFrom(rollout);
          training.listener().learned(collector.steps(), () -> policy(collector, networks));
        }
      }
      return policy(collector, networks);
    }
  }

  private static SoftmaxPolicy policy(RolloutCollector collector, ActorCritic networks) {
    return new SoftmaxPolicy(NAME, collector.scaling(), networks.actor().toDense());
  }
}
