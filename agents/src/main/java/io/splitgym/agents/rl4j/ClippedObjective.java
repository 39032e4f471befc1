package io.splitgym.agents.rl4j;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * PPO's clipped objective (Schulman, Wolski, Dhariwal, Radford and Klimov, arXiv 1707.06347) as a
 * loss of DL4J, of the sums before a softmax: -min(r A, clip(r, 1 - c, 1 + c) A) - e H, r the
 * probability of the action over what it was when the action was drawn, A the advantage, c the clip
 * range, e the entropy's weight, H the entropy in nats. A sample's labels are its action, its
 * advantage and its log probability when it was drawn.
 *
 * @param clipRange c
 * @param entropyCoefficient e
 */
record ClippedObjective(double clipRange, double entropyCoefficient) implements ILossFunction {
  /** How many labels a sample has. */
  static final int LABELS = 3;

  private static final int ACTION = 0;
  private static final int ADVANTAGE = 1;
  private static final int LOG_PROBABILITY = 2;

  @Override
  public String name() {
    return "ClippedObjective";
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    double sum = computeScoreArray(labels, preOutput, activation, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    float[][] told = labels.toFloatMatrix();
    float[][] logits = preOutput.toFloatMatrix();
    float[][] scores = new float[logits.length][1];
    for (int i = 0; i < logits.length; i++) {
      double[] logs = logProbabilities(logits[i]);
      double ratio = ratio(logs, told[i]);
      double clipped = Math.max(1 - clipRange, Math.min(1 + clipRange, ratio));
      double advantage = told[i][ADVANTAGE];
      scores[i][0] =
          (float)
              (-Math.min(ratio * advantage, clipped * advantage)
                  - entropyCoefficient * entropy(logs));
    }
    return Nd4j.createFromArray(scores);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
    float[][] told = labels.toFloatMatrix();
    float[][] logits = preOutput.toFloatMatrix();
    float[][] gradients = new float[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      gradients[i] = gradient(logits[i], told[i]);
    }
    return Nd4j.createFromArray(gradients);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activation,
      @Nullable INDArray mask,
      boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  private float[] gradient(float[] logits, float[] told) {
    double[] logs = logProbabilities(logits);
    double advantage = told[ADVANTAGE];
    double ratio = ratio(logs, told);
    // beyond the range a ratio that has gone the advantage's way gains nothing more
    boolean spent = advantage >= 0 ? ratio > 1 + clipRange : ratio < 1 - clipRange;
    double ofLogProbability = spent ? 0 : -advantage * ratio;
    double entropy = entropy(logs);
    float[] gradient = new float[logits.length];
    for (int action = 0; action < gradient.length; action++) {
      double probability = StrictMath.exp(logs[action]);
      double taken = action == (int) told[ACTION] ? 1 : 0;
      gradient[action] =
          (float)
              (ofLogProbability * (taken - probability)
                  + entropyCoefficient * probability * (logs[action] + entropy));
    }
    return gradient;
  }

  private static double ratio(double[] logs, float[] told) {
    return StrictMath.exp(logs[(int) told[ACTION]] - told[LOG_PROBABILITY]);
  }

  private static double entropy(double[] logs) {
    double entropy = 0;
    for (double log : logs) {
      entropy -= StrictMath.exp(log) * log;
    }
    return entropy;
  }

  private static double[] logProbabilities(float[] logits) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      greatest = Math.max(greatest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - greatest);
    }
    double normaliser = greatest + StrictMath.log(sum);
    double[] logs = new double[logits.length];
    for (int action = 0; action < logs.length; action++) {
      logs[action] = logits[action] - normaliser;
    }
    return logs;
  }
}
