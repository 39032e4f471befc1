package io.splitgym.environment;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** ln PPL = 3 + 10 sigma / (p m), plus noise of a tenth of a nat where it draws any. */
final class ToyPerplexity implements PerplexityModel {
  static final double CLEAN = 3;

  /** The channel state and split of one call. */
  record Call(ChannelState state, int split) {}

  private final int layers;
  private final boolean draws;
  private final List<Call> calls = new ArrayList<>();

  ToyPerplexity(int layers, boolean draws) {
    this.layers = layers;
    this.draws = draws;
  }

  List<Call> calls() {
    return calls;
  }

  static double predicted(double sigma, double m, int split) {
    return CLEAN + 10 * sigma / (split * m);
  }

  @Override
  public int layers() {
    return layers;
  }

  @Override
  public double cleanLogPerplexity() {
    return CLEAN;
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    calls.add(new Call(state, split));
    double value = predicted(state.sigma(), state.m(), split);
    if (!draws) {
      return new LogPerplexity(value, state, OptionalLong.empty());
    }
    long seed = noise.nextLong();
    double error = 0.1 * RandomStream.ofSeed(seed).nextGaussian();
    return new LogPerplexity(value + error, state, OptionalLong.of(seed));
  }
}
