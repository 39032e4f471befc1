package io.splitgym.fitting;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.SampledSurrogate;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * A surrogate's sampled answers held against steps of the real LLM: direct draws, in which fading
 * and noise were drawn as a step draws them. Each step has a place among many sampled answers at
 * its state and split, its probability integral transform (A. P. Dawid, "Statistical theory: the
 * prequential approach", 1984): where the two have one distribution, these places are uniform in
 * [0, 1].
 *
 * <p>What is compared is ln PPL less ln PPL without a channel over the same windows, since a step's
 * text needn't be all of the text that the mean was fitted to.
 *
 * <p>Steps are made of {@linkplain io.splitgym.perplexity.WindowLosses#wholeWindows whole windows}
 * alone. A sampled answer is the mean of draws of whole windows, all of one weight, for quantiles
 * are learned from whole windows. What a text's end leaves over has a fading amplitude of its own
 * like any other window, but fewer tokens. Counted as a whole one it makes a step of so many
 * windows vary more than it should, since it hardly weighs in their mean; weighing it would need a
 * draw of its length, and nothing was learned of that. So it is left out.
 *
 * @param steps compared
 * @param windows of each
 * @param draws how many different ones of fading and noise are among them: steps over the same
 *     windows with the same noise seed share theirs, whatever state and split, and so are far from
 *     independent of each other
 * @param places of the steps among sampled answers, ascending
 * @param intervals how often a step lies in a central interval
 * @param meanOff mean of the steps less the surrogate's mean, in nats
 * @param standardisedDeviation root mean square of (step - mean) / deviation: 1 if the deviations
 *     are right, above 1 if sampled answers vary too little
 * @param greatestGap between the places' distribution and the uniform one (Kolmogorov's statistic)
 * @param dataHash SHA-256 of the steps' CSV, in hexadecimal
 */
public record DrawCalibration(
    int steps,
    int windows,
    int draws,
    List<Double> places,
    List<Interval> intervals,
    double meanOff,
    double standardisedDeviation,
    double greatestGap,
    String dataHash) {
  private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

  private static final List<Double> SHARES = List.of(0.5, 0.8, 0.9, 0.95);

  /**
   * A central interval of the sampled answers.
   *
   * @param share of the sampled answers in it
   * @param covered the share of the LLM's steps in it
   * @param byNormal the same of a normal distribution with the same mean and deviation
   */
  public record Interval(double share, double covered, double byNormal) {}

  /** One step of the LLM, in nats over clean. */
  private record Step(ChannelState state, int split, Noise noise, double harm) {}

  /** What fading and noise are drawn from. */
  private record Noise(long seed, int firstWindow) {}

  /**
   * Compares the two.
   *
   * @param all with direct draws; those at states and splits that the surrogate doesn't answer for
   *     are left aside, and so is what was measured over levels
   * @param windows of a step: a measured text is cut into as many steps as its whole windows make
   * @param samples how many answers are drawn at each step's state and split
   * @param seed of these
   * @throws InvalidValueException if model, channel or the windows' length are not the surrogate's,
   *     it doesn't know its draws, or there is no step
   */
  public static DrawCalibration of(
      SurrogateModel surrogate, Measurements all, int windows, int samples, long seed) {
    Require.positive("samples", samples);
    SampledSurrogate sampled = new SampledSurrogate(surrogate, windows);
    SurrogateCheck.requireSame(surrogate, all);
    requireSameWindows(surrogate, all);
    List<Step> steps = steps(surrogate, all, windows);
    if (steps.isEmpty()) {
      throw new InvalidValueException(
          "measurements",
          "without a direct draw of " + windows + " whole windows",
          "with some, as measure --sigma and --m take, in the surrogate's domain");
    }
    RandomStream random = RandomStream.ofSeed(seed);
    double[] places = new double[steps.size()];
    double[] scores = new double[steps.size()];
    double off = 0;
    double squares = 0;
    for (int i = 0; i < places.length; i++) {
      Step step = steps.get(i);
      double around =
          step.harm()
              + surrogate.cleanLogPerplexity()
              - surrogate.expectedLogPerplexity(step.state(), step.split());
      RandomStream draws = random.named("step", i);
      int below = 0;
      for (int sample = 0; sample < samples; sample++) {
        below += sampled.draw(step.state(), step.split(), draws.nextLong()) < around ? 1 : 0;
      }
      places[i] = (below + 0.5) / (samples + 1);
      scores[i] = around / surrogate.drawDeviation(step.state(), step.split(), windows);
      off += around / places.length;
      squares += scores[i] * scores[i] / places.length;
    }
    Arrays.sort(places);
    return new DrawCalibration(
        places.length,
        windows,
        (int) steps.stream().map(Step::noise).distinct().count(),
        Arrays.stream(places).boxed().toList(),
        SHARES.stream().map(share -> interval(share, places, scores)).toList(),
        off,
        Math.sqrt(squares),
        greatestGap(places),
        MeasurementCsv.hash(all));
  }

  /** A longer window's mean varies less, so that draws of another length are no comparison. */
  private static void requireSameWindows(SurrogateModel surrogate, Measurements all) {
    int drawn = surrogate.draws().orElseThrow().provenance().window();
    if (all.setting().window() != drawn) {
      throw new InvalidValueException(
          "window of the measurements",
          all.setting().window(),
          drawn + " tokens, as those that the surrogate's draws are over");
    }
  }

  private static List<Step> steps(SurrogateModel surrogate, Measurements all, int windows) {
    List<Integer> tokens = all.clean().losses().tokens();
    List<Integer> whole = all.clean().losses().wholeWindows();
    List<Double> clean = all.clean().losses().sums();
    List<Step> steps = new ArrayList<>();
    for (Measurement measurement : all.noisy()) {
      if (!(measurement.key().transmission() instanceof Transmission.AtState at)
          || !surrogate.domain().contains(at.state(), measurement.key().split())) {
        continue;
      }
      for (int first = 0; first + windows <= whole.size(); first += windows) {
        double harm = 0;
        int scored = 0;
        for (int window : whole.subList(first, first + windows)) {
          harm += measurement.losses().sums().get(window) - clean.get(window);
          scored += tokens.get(window);
        }
        Noise noise = new Noise(measurement.key().noiseSeed(), whole.get(first));
        steps.add(new Step(at.state(), measurement.key().split(), noise, harm / scored));
      }
    }
    return steps;
  }

  private static Interval interval(double share, double[] places, double[] scores) {
    double within = 0;
    double byNormal = 0;
    double bound = NORMAL.inverseCumulativeProbability((1 + share) / 2);
    for (int i = 0; i < places.length; i++) {
      within += Math.abs(places[i] - 0.5) <= share / 2 ? 1.0 / places.length : 0;
      byNormal += Math.abs(scores[i]) <= bound ? 1.0 / places.length : 0;
    }
    return new Interval(share, within, byNormal);
  }

  private static double greatestGap(double[] places) {
    double greatest = 0;
    for (int i = 0; i < places.length; i++) {
      greatest =
          Math.max(
              greatest,
              Math.max(
                  places[i] - (double) i / places.length, (i + 1.0) / places.length - places[i]));
    }
    return greatest;
  }
}
