package io.splitgym.fitting;

import io.splitgym.channel.ChannelState;
import io.splitgym.surrogate.SurrogateFeatures;

/**
 * One point to fit: a channel state, a split, and the expected ln PPL there.
 *
 * @param target in nats
 */
record Cell(ChannelState state, int split, double target) {
  /** The regressors' features, not standardised: every regressor gets the same. */
  double[] features() {
    double[] features = new double[SurrogateFeatures.COUNT];
    SurrogateFeatures.logarithms(state.sigma(), state.m(), split, features);
    return features;
  }
}
