package io.splitgym.agents;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.OptionalLong;
import org.apache.commons.math3.analysis.interpolation.LinearInterpolator;
import org.apache.commons.math3.analysis.polynomials.PolynomialSplineFunction;

/**
 * A formula shaped like SmolLM2-135M's measurements: ln PPL rises from 3.8 by up to 8 nats with the
 * noise relative to a residual stream that grows with the split, the more the deeper the fading is.
 */
public final class AnalyticModel implements PerplexityModel {
  private static final int LAYERS = 30;
  private static final double CLEAN = 3.8;
  private static final double GREATEST_RISE = 8;
  private static final double NOISE_UNIT = 8.4;

  private static final PolynomialSplineFunction ROOT_MEAN_SQUARE =
      new LinearInterpolator()
          .interpolate(new double[] {0, 1, 10, 20, 29}, new double[] {0.11, 1.9, 5.7, 9, 31});

  @Override
  public int layers() {
    return LAYERS;
  }

  @Override
  public double cleanLogPerplexity() {
    return CLEAN;
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    double effectiveNoise = state.sigma() * NOISE_UNIT * (1 + 0.5 / state.m());
    double relative = effectiveNoise / ROOT_MEAN_SQUARE.value(split);
    double square = relative * relative;
    return new LogPerplexity(
        CLEAN + GREATEST_RISE * square / (1 + square), state, OptionalLong.empty());
  }
}
