package io.splitgym.agents.network;

import java.util.Arrays;

/**
 * RMSprop as TensorFlow has it, which stable-baselines3 takes for A2C: the mean square starts at 1,
 * and epsilon is added before the root is taken.
 */
public final class RmsProp implements Optimizer {
  private final TrainableNetwork network;
  private final float learningRate;
  private final float kept;
  private final float epsilon;
  private final float[] squares;

  /**
   * @param learningRate above 0
   * @param decay of the mean square, in [0, 1)
   * @param epsilon above 0
   */
  public RmsProp(TrainableNetwork network, double learningRate, double decay, double epsilon) {
    this.network = network;
    this.learningRate = (float) learningRate;
    this.kept = (float) decay;
    this.epsilon = (float) epsilon;
    this.squares = new float[network.parameters().length];
    Arrays.fill(squares, 1);
  }

  @Override
  public void step(float gradientScale) {
    step(network.parameters(), network.gradients(), squares, gradientScale);
    network.changed();
  }

  private void step(float[] parameters, float[] gradients, float[] squares, float scale) {
    float keptPart = kept;
    float newPart = 1 - kept;
    float rate = learningRate;
    float added = epsilon;
    for (int i = 0; i < parameters.length; i++) {
      float gradient = gradients[i] * scale;
      float square = keptPart * squares[i] + newPart * (gradient * gradient);
      squares[i] = square;
      parameters[i] = parameters[i] - rate * gradient / (float) Math.sqrt(square + added);
    }
  }
}
