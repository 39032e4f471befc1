package io.splitgym.agents.rollout;

import io.splitgym.agents.network.FloatMath;

/** The distribution over actions that logits give. Allocates nothing once made. */
public final class Categorical {
  private final float[] probabilities;
  private final float[] logProbabilities;
  private float entropy;

  /**
   * @param actions how many there are
   */
  public Categorical(int actions) {
    this.probabilities = new float[actions];
    this.logProbabilities = new float[actions];
  }

  /**
   * Takes the logits of one sample.
   *
   * @param logits from {@code at} on, one for each action
   */
  public void of(float[] logits, int at) {
    int actions = probabilities.length;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int action = 0; action < actions; action++) {
      greatest = Math.max(greatest, logits[at + action]);
    }
    float sum = 0;
    for (int action = 0; action < actions; action++) {
      float weight = FloatMath.exp(logits[at + action] - greatest);
      probabilities[action] = weight;
      sum += weight;
    }
    float normaliser = greatest + FloatMath.log(sum);
    entropy = 0;
    for (int action = 0; action < actions; action++) {
      probabilities[action] /= sum;
      logProbabilities[action] = logits[at + action] - normaliser;
      entropy -= probabilities[action] * logProbabilities[action];
    }
  }

  public float probability(int action) {
    return probabilities[action];
  }

  public float logProbability(int action) {
    return logProbabilities[action];
  }

  /** In nats. */
  public float entropy() {
    return entropy;
  }

  /**
   * The action at a place of the cumulative distribution.
   *
   * @param uniform in [0, 1)
   */
  public int at(double uniform) {
    double left = uniform;
    int last = probabilities.length - 1;
    for (int action = 0; action < last; action++) {
      left -= probabilities[action];
      if (left < 0) {
        return action;
      }
    }
    return last;
  }

  /**
   * Writes the gradient with respect to the logits of {@code ofLogProbability} times the log
   * probability of the action, less {@code ofEntropy} times the entropy.
   *
   * @param into from {@code at} on, one for each action
   */
  public void gradient(int taken, float ofLogProbability, float ofEntropy, float[] into, int at) {
    for (int action = 0; action < probabilities.length; action++) {
      float probability = probabilities[action];
      into[at + action] =
          ofLogProbability * ((action == taken ? 1 : 0) - probability)
              + ofEntropy * probability * (logProbabilities[action] + entropy);
    }
  }
}
