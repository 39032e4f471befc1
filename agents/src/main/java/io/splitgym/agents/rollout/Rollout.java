package io.splitgym.agents.rollout;

/**
 * Transitions of some environments over some steps, sample {@code step * environments +
 * environment}, with what is learned from them. The arrays are written by {@link RolloutCollector}
 * and by nobody else; where a rollout is shorter than its arrays, the rest is stale.
 */
public final class Rollout {
  private final int environments;
  final float[][] inputs;
  final int[] actions;
  final float[] rewards;

  /** Whether the episode ended with that step, one way or the other. */
  final boolean[] ended;

  final float[] logProbabilities;
  final float[] values;
  final float[] advantages;
  final float[] returns;
  private int samples;

  Rollout(int environments, int steps, int width) {
    int capacity = environments * steps;
    this.environments = environments;
    this.inputs = new float[capacity][width];
    this.actions = new int[capacity];
    this.rewards = new float[capacity];
    this.ended = new boolean[capacity];
    this.logProbabilities = new float[capacity];
    this.values = new float[capacity];
    this.advantages = new float[capacity];
    this.returns = new float[capacity];
  }

  /**
   * Transitions from elsewhere, with what is to be learned from them.
   *
   * @param inputs what the networks see, [samples][inputs]
   * @param actions [samples]
   * @param logProbabilities of the actions when they were taken, [samples]
   * @param advantages how much better they did than the critic expected, [samples]
   * @param returns what the critic should have expected, [samples]
   */
  public static Rollout of(
      float[][] inputs,
      int[] actions,
      float[] logProbabilities,
      float[] advantages,
      float[] returns) {
    int samples = inputs.length;
    Rollout rollout = new Rollout(1, samples, inputs[0].length);
    for (int sample = 0; sample < samples; sample++) {
      rollout.inputs[sample] = inputs[sample].clone();
    }
    System.arraycopy(actions, 0, rollout.actions, 0, samples);
    System.arraycopy(logProbabilities, 0, rollout.logProbabilities, 0, samples);
    System.arraycopy(advantages, 0, rollout.advantages, 0, samples);
    System.arraycopy(returns, 0, rollout.returns, 0, samples);
    rollout.setSamples(samples);
    return rollout;
  }

  /** How many transitions there are. */
  public int samples() {
    return samples;
  }

  void setSamples(int samples) {
    this.samples = samples;
  }

  /**
   * Estimates every sample's advantage and return.
   *
   * @param after the values of the states that the last steps led to, [environments]
   */
  void estimateAdvantages(float[] after, double discount, double lambda) {
    int steps = samples / environments;
    for (int environment = 0; environment < environments; environment++) {
      Advantage advantage = new Advantage(discount, lambda);
      for (int step = steps - 1; step >= 0; step--) {
        int sample = step * environments + environment;
        boolean goesOn = !ended[sample];
        double next = step == steps - 1 ? after[environment] : values[sample + environments];
        double estimate =
            advantage.before(rewards[sample], values[sample], goesOn ? next : 0, goesOn);
        advantages[sample] = (float) estimate;
        returns[sample] = (float) (estimate + values[sample]);
      }
    }
  }
}
