package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.Require;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.apache.commons.math3.special.Gamma;

/**
 * The Nakagami-m distribution of a fading amplitude h of unit mean power: h^2 ~ Gamma(m, 1/m).
 *
 * <p>Density f(h) = 2 m^m h^(2m-1) exp(-m h^2) / Gamma(m) (M. Nakagami, "The m-distribution", 1960,
 * with Omega = 1).
 *
 * @param m the shape, at least 0.5
 */
public record Nakagami(double m) {
  /** The least shape for which the distribution exists. */
  public static final double LEAST_M = 0.5;

  private static final double TAIL = 1e-13;
  private static final int PANELS = 160;
  private static final int POINTS_A_PANEL = 8;

  public Nakagami {
    Require.inRange("m", m, LEAST_M, Double.MAX_VALUE);
  }

  /** An amplitude, above 0. */
  public double sample(RandomStream random) {
    return Math.sqrt(random.nextGamma(m, 1 / m));
  }

  /**
   * The probability that the power h^2 stays below a threshold: P(m, m t), P the regularised lower
   * incomplete gamma function.
   *
   * @param threshold relative to the mean power, at least 0
   */
  public double outage(double threshold) {
    Require.notNegative("threshold", threshold);
    return Gamma.regularizedGammaP(m, m * threshold);
  }

  /**
   * The mean of a bounded function of the amplitude, by Gauss-Legendre quadrature over ln h. Ends
   * where less than 1e-13 of the probability is left on either side.
   */
  public double expectation(DoubleUnaryOperator ofAmplitude) {
    double low = 0.5 * logPowerBelow();
    double high = 0.5 * Math.log(1 + (40 + 10 * Math.sqrt(m)) / m);
    double step = (high - low) / PANELS;
    double logScale = Math.log(2) + m * Math.log(m) - Gamma.logGamma(m);
    double mass = 0;
    double sum = 0;
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(POINTS_A_PANEL);
    for (int panel = 0; panel < PANELS; panel++) {
      double middle = low + (panel + 0.5) * step;
      for (int i = 0; i < POINTS_A_PANEL; i++) {
        double logAmplitude = middle + 0.5 * step * rule.getPoint(i);
        double weight =
            rule.getWeight(i)
                * Math.exp(logScale + 2 * m * logAmplitude - m * Math.exp(2 * logAmplitude));
        mass += weight;
        sum += weight * ofAmplitude.applyAsDouble(Math.exp(logAmplitude));
      }
    }
    return sum / mass;
  }

  /** ln t such that P(m, m t) is about {@link #TAIL}, from P(m, x) = x^m / Gamma(m + 1) near 0. */
  private double logPowerBelow() {
    return (Math.log(TAIL) + Gamma.logGamma(m + 1)) / m - Math.log(m);
  }
}
