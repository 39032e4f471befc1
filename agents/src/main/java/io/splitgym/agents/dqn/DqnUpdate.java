package io.splitgym.agents.dqn;

import io.splitgym.agents.network.Adam;
import io.splitgym.agents.network.TrainableNetwork;
import io.splitgym.random.RandomStream;

/** Updates from remembered transitions: Huber's loss of the temporal difference. */
final class DqnUpdate {
  private static final double ADAM_EPSILON = 1e-8;

  private final DqnHyperparameters hyperparameters;
  private final TrainableNetwork network;
  private final TrainableNetwork target;
  private final Adam adam;
  private final int[] drawn;
  private final float[] input;

  DqnUpdate(TrainableNetwork network, TrainableNetwork target, DqnHyperparameters hyperparameters) {
    this.network = network;
    this.target = target;
    this.hyperparameters = hyperparameters;
    this.adam = new Adam(network, hyperparameters.learningRate(), ADAM_EPSILON);
    this.drawn = new int[hyperparameters.batchSize()];
    this.input = new float[network.inputs()];
  }

  /** One update from a batch that is drawn. */
  void learnFrom(Replay replay, RandomStream random) {
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = replay.draw(random);
    }
    learnFrom(replay, drawn);
  }

  /** One update from these transitions. */
  void learnFrom(Replay replay, int[] transitions) {
    int count = transitions.length;
    for (int i = 0; i < count; i++) {
      replay.successor(transitions[i], input);
      target.setInput(i, input, 0);
      replay.observation(transitions[i], input);
      network.setInput(i, input, 0);
    }
    float[] successors = target.forward(count);
    float[] values = network.forward(count);
    float[] gradients = network.outputGradients();
    int step = network.outputStep();
    float share = 1f / count;
    for (int i = 0; i < count; i++) {
      int transition = transitions[i];
      int at = i * step;
      float best = successors[at];
      for (int action = 1; action < network.outputs(); action++) {
        best = Math.max(best, successors[at + action]);
      }
      float goesOn = replay.terminated(transition) ? 0 : (float) hyperparameters.discount();
      int taken = replay.action(transition);
      float error = values[at + taken] - (replay.reward(transition) + goesOn * best);
      for (int action = 0; action < network.outputs(); action++) {
        gradients[at + action] = action == taken ? share * Math.max(-1, Math.min(1, error)) : 0;
      }
    }
    network.backward(count);
    adam.step(
        TrainableNetwork.gradientScale(
            network.squaredGradientNorm(), hyperparameters.maxGradientNorm()));
  }
}
