package io.splitgym.agents.rollout;

/**
 * Generalised advantage estimation (Schulman, Moritz, Levine, Jordan and Abbeel, ICLR 2016) along
 * one environment's steps, asked from the last of them to the first.
 */
public final class Advantage {
  private final double discount;
  private final double decay;
  private double behind;

  /** Behind the last step of a rollout. */
  public Advantage(double discount, double lambda) {
    this.discount = discount;
    this.decay = discount * lambda;
  }

  /**
   * The advantage of the step before the one asked for last.
   *
   * @param value what the critic expected before the step
   * @param next what it expects after it; 0 where nothing follows
   * @param goesOn whether the episode went on after it
   */
  public double before(double reward, double value, double next, boolean goesOn) {
    double error = reward + discount * next - value;
    behind = goesOn ? error + decay * behind : error;
    return behind;
  }

  /**
   * What brings a batch's advantages to mean 0 and deviation 1.
   *
   * @param deviation a little above that of the batch, so that equal advantages don't divide by 0
   */
  public record Scale(double mean, double deviation) {
    private static final double LEAST_DEVIATION = 1e-8;

    /** Leaves advantages as they are. */
    public static final Scale NONE = new Scale(0, 1);

    /**
     * That of a batch; of a single sample, which has no deviation, none.
     *
     * @param order samples
     * @param at where in the order the batch begins
     * @param count how many it has
     */
    public static Scale of(float[] advantages, int[] order, int at, int count) {
      if (count < 2) {
        return NONE;
      }
      double mean = 0;
      for (int i = 0; i < count; i++) {
        mean += advantages[order[at + i]];
      }
      mean /= count;
      double squares = 0;
      for (int i = 0; i < count; i++) {
        double difference = advantages[order[at + i]] - mean;
        squares += difference * difference;
      }
      return new Scale(mean, Math.sqrt(squares / (count - 1)) + LEAST_DEVIATION);
    }

    public float of(float advantage) {
      return (float) ((advantage - mean) / deviation);
    }
  }
}
