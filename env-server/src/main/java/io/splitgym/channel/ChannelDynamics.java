package io.splitgym.channel;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the channel changes from one step of an episode to the next. */
public sealed interface ChannelDynamics {
  /** The name used in requests. */
  String kind();

  /** Kind and parameters as a request gives them. */
  Map<String, Object> settings();

  /**
   * The state of the next step.
   *
   * @param now the state of this step
   * @param start the state that the episode started in
   * @param layersMoved by how many layers the split moved in this step, negative towards the input
   * @param drawn the ranges that starts are drawn from
   * @param random this step's own stream
   * @return a state within {@link #reachable}
   */
  ChannelState next(
      ChannelState now,
      ChannelState start,
      int layersMoved,
      ChannelRanges drawn,
      RandomStream random);

  /** The ranges that no episode leaves, given those that starts are drawn from. */
  default ChannelRanges reachable(ChannelRanges drawn) {
    return drawn;
  }

  /** The channel stays as drawn for the whole episode. */
  record Static() implements ChannelDynamics {
    public static final String KIND = "static";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public Map<String, Object> settings() {
      return Map.of("kind", KIND);
    }

    @Override
    public ChannelState next(
        ChannelState now,
        ChannelState start,
        int layersMoved,
        ChannelRanges drawn,
        RandomStream random) {
      return now;
    }
  }

  /**
   * The drift in the code that Chen et al. released: a move of k layers away from the input
   * multiplies sigma by 1 - 0.0005 k, one of k layers towards it by 1 + 0.0005 k, and sigma is
   * clipped to [0, 0.3] (further up where starts are drawn from further up). m stays. Their file
   * for nine actions has 0.9995 for three layers up, a slip; here it is 0.9985 as the rule says. A
   * move that an end of the range cuts short counts with the layers actually moved.
   */
  record ReferenceDrift() implements ChannelDynamics {
    public static final String KIND = "reference-drift";

    private static final double PER_LAYER = 0.0005;
    private static final double CLIPPED_AT = 0.3;

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public Map<String, Object> settings() {
      return Map.of("kind", KIND);
    }

    @Override
    public ChannelState next(
        ChannelState now,
        ChannelState start,
        int layersMoved,
        ChannelRanges drawn,
        RandomStream random) {
      double drifted = now.sigma() * (1 - PER_LAYER * layersMoved);
      return new ChannelState(reachable(drawn).sigma().clip(drifted), now.m());
    }

    @Override
    public ChannelRanges reachable(ChannelRanges drawn) {
      return new ChannelRanges(new Range(0, Math.max(CLIPPED_AT, drawn.sigma().high())), drawn.m());
    }
  }

  /**
   * A first-order Gauss-Markov process around the state that the episode started in: x' = x0 + rho
   * (x - x0) + sqrt(1 - rho^2) d w, w ~ N(0, 1), for sigma and for m with independent w, each
   * reflected at the ends of the range that starts are drawn from. Away from the ends its
   * stationary distribution is N(x0, d^2) and states k steps apart correlate with rho^k.
   *
   * @param correlation rho, in [0, 1]; 1 never changes, 0 draws each step anew
   * @param sigmaDeviation d of sigma, in [0, 1]
   * @param mDeviation d of m, in [0, 100]
   */
  record GaussMarkov(double correlation, double sigmaDeviation, double mDeviation)
      implements ChannelDynamics {
    public static final String KIND = "gauss-markov";
    public static final double DEFAULT_CORRELATION = 0.9;
    public static final double DEFAULT_SIGMA_DEVIATION = 0.03;
    public static final double DEFAULT_M_DEVIATION = 0.5;
    public static final double GREATEST_SIGMA_DEVIATION = 1;
    public static final double GREATEST_M_DEVIATION = 100;

    public GaussMarkov {
      Require.inRange("correlation", correlation, 0, 1);
      Require.inRange("sigmaDeviation", sigmaDeviation, 0, GREATEST_SIGMA_DEVIATION);
      Require.inRange("mDeviation", mDeviation, 0, GREATEST_M_DEVIATION);
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public Map<String, Object> settings() {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("kind", KIND);
      settings.put("correlation", correlation);
      settings.put("sigmaDeviation", sigmaDeviation);
      settings.put("mDeviation", mDeviation);
      return settings;
    }

    @Override
    public ChannelState next(
        ChannelState now,
        ChannelState start,
        int layersMoved,
        ChannelRanges drawn,
        RandomStream random) {
      double sigma = next(now.sigma(), start.sigma(), sigmaDeviation, drawn.sigma(), random);
      double m = next(now.m(), start.m(), mDeviation, drawn.m(), random);
      return new ChannelState(sigma, m);
    }

    private double next(
        double now, double start, double deviation, Range range, RandomStream random) {
      double innovation = Math.sqrt(1 - correlation * correlation) * deviation;
      return range.reflect(
          start + correlation * (now - start) + innovation * random.nextGaussian());
    }
  }
}
