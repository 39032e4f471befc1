package example;

import io.splitgym.agents.learning.Algorithm;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.policy.GreedyValuePolicy;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Preset;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;
import java.util.Map;

/**
 * Augmented random search (Mania, Guy and Recht, "Simple random search of static linear policies is
 * competitive for reinforcement learning", NeurIPS 2018) of policies that take the action whose
 * linear function of the observation is the greatest. It plays some episodes with the weights moved
 * each of a few random ways, and with them moved as far the opposite way, and goes towards what did
 * better.
 *
 * <p>What it learns is a network of one layer, so that {@code train --save} and {@code policy} take it
 * as they take any other.
 */
public final class RandomSearchAgent implements Algorithm<RandomSearchAgent.Hyperparameters> {
  /**
   * What it can be told; {@code train --hyperparameter NAME=VALUE} sets it, {@code --json} tells it.
   *
   * @param directions tried in each iteration
   * @param episodes played with each way of each direction, the same ones with all
   * @param noise how far the weights are moved to try
   * @param stepSize how far they go
   */
  public record Hyperparameters(int directions, int episodes, double noise, double stepSize) {
    public Hyperparameters {
      Require.positive("directions", directions);
      Require.positive("episodes", episodes);
      Require.positive("noise", noise);
      Require.positive("stepSize", stepSize);
    }
  }

  @Override
  public String name() {
    return "random-search";
  }

  @Override
  public Hyperparameters hyperparameters(Preset preset) {
    return new Hyperparameters(8, 8, 0.3, 0.3);
  }

  @Override
  public Policy train(Hyperparameters told, Training training) {
    try (Environment environment = training.environments().get()) {
      if (!(environment.actionSpace() instanceof Discrete actions)) {
        throw new InvalidValueException("action space", environment.actionSpace(), "Discrete");
      }
      return new Search(told, training, environment, actions.n()).run();
    }
  }

  private final class Search {
    private final Hyperparameters told;
    private final Training training;
    private final Environment environment;
    private final ObservationScaling scaling;
    private final int actions;
    private final RandomStream chance;
    private long steps;

    Search(Hyperparameters told, Training training, Environment environment, int actions) {
      this.told = told;
      this.training = training;
      this.environment = environment;
      this.scaling = ObservationScaling.of(environment.observationSpace());
      this.actions = actions;
      this.chance = RandomStream.ofSeed(training.seed()).named(name());
    }

    Policy run() {
      double[] weights = new double[actions * (scaling.inputs() + 1)];
      for (int iteration = 0; steps < training.steps(); iteration++) {
        double[][] directions = new double[told.directions()][weights.length];
        double[] gains = new double[told.directions()];
        double[] returns = new double[2 * told.directions()];
        for (int i = 0; i < told.directions(); i++) {
          for (int w = 0; w < weights.length; w++) {
            directions[i][w] = chance.nextGaussian();
          }
          returns[2 * i] = meanReturn(moved(weights, directions[i], told.noise()), iteration);
          returns[2 * i + 1] = meanReturn(moved(weights, directions[i], -told.noise()), iteration);
          gains[i] = returns[2 * i] - returns[2 * i + 1];
        }
        if (steps < training.steps()) {
          double scale = told.stepSize() / (told.directions() * deviation(returns));
          for (int i = 0; i < told.directions(); i++) {
            weights = moved(weights, directions[i], scale * gains[i]);
          }
          Policy now = policy(weights);
          training.listener().learned(steps, () -> now);
        }
      }
      return policy(weights);
    }

    /** Over the same episodes for everyone in an iteration; ends where the steps do. */
    private double meanReturn(double[] weights, int iteration) {
      Agent.Actor actor = policy(weights)::greedyAction;
      double sum = 0;
      for (int episode = 0; episode < told.episodes() && steps < training.steps(); episode++) {
        long seed = chance.named("episode", (long) iteration * told.episodes() + episode).nextLong();
        SpaceElement now = environment.reset(seed >>> 1, Map.of()).observation();
        boolean done = false;
        double episodeReturn = 0;
        while (!done && steps < training.steps()) {
          StepResult result = environment.step(new DiscreteElement(actor.act(now)));
          training.listener().stepped(++steps);
          episodeReturn += result.reward();
          now = result.observation();
          done = result.done();
        }
        if (done) {
          training.listener().episodeEnded(steps, episodeReturn);
        }
        sum += episodeReturn;
      }
      return sum / told.episodes();
    }

    private Policy policy(double[] weights) {
      int inputs = scaling.inputs();
      float[] matrix = new float[actions * inputs];
      float[] bias = new float[actions];
      for (int action = 0; action < actions; action++) {
        for (int input = 0; input < inputs; input++) {
          matrix[action * inputs + input] = (float) weights[action * (inputs + 1) + input];
        }
        bias[action] = (float) weights[action * (inputs + 1) + inputs];
      }
      return new GreedyValuePolicy(
          name(), scaling, new DenseNetwork(List.of(new DenseNetwork.Layer(matrix, bias))));
    }
  }

  private static double[] moved(double[] weights, double[] direction, double by) {
    double[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += by * direction[i];
    }
    return moved;
  }

  private static double deviation(double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / values.length) + 1e-8;
  }
}
