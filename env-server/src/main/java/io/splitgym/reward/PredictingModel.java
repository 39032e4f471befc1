package io.splitgym.reward;

/**
 * A model that predicts: it draws no noise, answers for the very state that it is asked, and can be
 * asked for many at once.
 */
public interface PredictingModel extends PerplexityModel {
  /**
   * ln PPL in nats for many states and splits. Each is the same, bit for bit, as if it were asked
   * alone, whatever stands beside it.
   *
   * @param sigma noise intensities
   * @param m Nakagami shapes
   * @param split splits in 1..L-1
   * @param from the first place in the arrays that is asked for
   * @param to the place behind the last one
   * @param into where the answers go, to the same places
   * @throws io.splitgym.validation.InvalidValueException if a split or a state is out of range
   */
  void logPerplexities(double[] sigma, double[] m, int[] split, int from, int to, double[] into);
}
