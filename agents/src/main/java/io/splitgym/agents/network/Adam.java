package io.splitgym.agents.network;

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015) as PyTorch has it:
 * epsilon is added to the root of the corrected second moment.
 */
public final class Adam implements Optimizer {
  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;

  private final TrainableNetwork network;
  private final double learningRate;
  private final double epsilon;
  private final float[] first;
  private final float[] second;
  private int steps;

  /**
   * @param learningRate above 0
   * @param epsilon above 0
   */
  public Adam(TrainableNetwork network, double learningRate, double epsilon) {
    this.network = network;
    this.learningRate = learningRate;
    this.epsilon = epsilon;
    this.first = new float[network.parameters().length];
    this.second = new float[network.parameters().length];
  }

  @Override
  public void step(float gradientScale) {
    step(gradientScale, learningRate);
  }

  /**
   * One step at another learning rate than the usual one.
   *
   * @param gradientScale what the gradients are multiplied with first
   * @param learningRate above 0
   */
  public void step(float gradientScale, double learningRate) {
    steps++;
    float rate = (float) (learningRate / (1 - StrictMath.pow(FIRST_DECAY, steps)));
    float correction = (float) (1 / Math.sqrt(1 - StrictMath.pow(SECOND_DECAY, steps)));
    step(
        network.parameters(),
        network.gradients(),
        first,
        second,
        gradientScale,
        rate,
        correction,
        (float) epsilon);
    network.changed();
  }

  private static void step(
      float[] parameters,
      float[] gradients,
      float[] first,
      float[] second,
      float scale,
      float rate,
      float correction,
      float epsilon) {
    float firstKept = (float) FIRST_DECAY;
    float firstNew = (float) (1 - FIRST_DECAY);
    float secondKept = (float) SECOND_DECAY;
    float secondNew = (float) (1 - SECOND_DECAY);
    for (int i = 0; i < parameters.length; i++) {
      float gradient = gradients[i] * scale;
      float mean = firstKept * first[i] + firstNew * gradient;
      float square = secondKept * second[i] + secondNew * (gradient * gradient);
      first[i] = mean;
      second[i] = square;
      parameters[i] =
          parameters[i] - rate * mean / ((float) Math.sqrt(square) * correction + epsilon);
    }
  }
}
