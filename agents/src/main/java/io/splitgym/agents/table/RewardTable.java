package io.splitgym.agents.table;

import io.splitgym.agents.optimal.Optimum;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The reward R[sigma, m, p] of a step that leads to split p in the channel state (sigma, m), over a
 * grid: all that a bandit or an offline baseline needs. Under the reward {@code reference}, which
 * counts from the episode's start, it has an axis more, R[sigma, m, start, p], for a channel that
 * stays as it was at the start.
 *
 * @param sigma evenly spaced over the range that starts are drawn from, both ends included
 * @param m evenly spaced by ratio, likewise: ln PPL changes most where m is small
 * @param starts the split at the reset; empty where the reward doesn't depend on it
 * @param splits p
 * @param rewards in C order
 * @param logPerplexities E[ln PPL] in nats [sigma, m, p]; empty for a model that gives the reward's
 *     first term instead
 * @param best p* [sigma, m], or [sigma, m, start]
 */
public record RewardTable(
    double[] sigma,
    double[] m,
    int[] starts,
    int[] splits,
    double[] rewards,
    double[] logPerplexities,
    int[] best) {
  private static final int MOST_POINTS = 1000;
  private static final int MOST_CELLS = 10_000_000;

  /**
   * Asks for every cell.
   *
   * @param sigmas how many values of sigma, 1 where its range is a single value
   * @param ms how many values of m, likewise
   * @throws InvalidValueException if a number is out of range or the model draws noise
   */
  public static RewardTable of(
      PerplexityModel model, SplitInferenceParameters parameters, int sigmas, int ms) {
    Require.inRange("sigmas", sigmas, 2, MOST_POINTS);
    Require.inRange("ms", ms, 2, MOST_POINTS);
    Optimum optimum = Optimum.of(model, parameters);
    double[] sigma = places(parameters.ranges().sigma(), sigmas, false);
    double[] m = places(parameters.ranges().m(), ms, true);
    int[] splits = all(parameters.splits());
    boolean startMatters = parameters.reward().over(model).needsStart();
    int[] starts = startMatters ? all(parameters.starts()) : new int[0];
    // where the start doesn't matter, any will do
    int[] asked = startMatters ? starts : new int[] {parameters.splits().min()};
    long cells = (long) sigma.length * m.length * asked.length * splits.length;
    if (cells > MOST_CELLS) {
      throw new InvalidValueException("cells", cells, "at most " + MOST_CELLS);
    }

    double[] rewards = new double[(int) cells];
    int[] best = new int[(int) (cells / splits.length)];
    double[] logPerplexities =
        new double[model.givesRewardTerm() ? 0 : sigma.length * m.length * splits.length];
    IntStream.range(0, sigma.length * m.length)
        .parallel()
        .forEach(
            state -> {
              ChannelState channel = new ChannelState(sigma[state / m.length], m[state % m.length]);
              for (int i = 0; i < asked.length; i++) {
                int row = state * asked.length + i;
                best[row] = optimum.bestSplit(channel, asked[i]).split();
                for (int p = 0; p < splits.length; p++) {
                  rewards[row * splits.length + p] =
                      optimum.reward(channel, asked[i], channel, splits[p]);
                }
              }
              for (int p = 0; p < splits.length && logPerplexities.length > 0; p++) {
                logPerplexities[state * splits.length + p] =
                    model.logPerplexity(channel, splits[p], RandomStream.ofSeed(0)).value();
              }
            });
    return new RewardTable(sigma, m, starts, splits, rewards, logPerplexities, best);
  }

  /**
   * As npz: float64 {@code sigma}, {@code m}, {@code reward} and, where known, {@code ln_ppl};
   * int64 {@code p}, {@code best_split} and, where it matters, {@code start}; and {@code metadata},
   * a text.
   *
   * @param metadata a JSON document
   */
  public byte[] npz(String metadata) {
    NpzFile file =
        new NpzFile()
            .add("sigma", sigma, sigma.length)
            .add("m", m, m.length)
            .add("p", splits, splits.length);
    if (starts.length > 0) {
      file.add("start", starts, starts.length)
          .add("reward", rewards, sigma.length, m.length, starts.length, splits.length)
          .add("best_split", best, sigma.length, m.length, starts.length);
    } else {
      file.add("reward", rewards, sigma.length, m.length, splits.length)
          .add("best_split", best, sigma.length, m.length);
    }
    if (logPerplexities.length > 0) {
      file.add("ln_ppl", logPerplexities, sigma.length, m.length, splits.length);
    }
    return file.add("metadata", metadata).bytes();
  }

  /** As CSV, a row for each reward: sigma, m, the start where it matters, p, ln_ppl and reward. */
  public String csv() {
    boolean startMatters = starts.length > 0;
    StringBuilder text =
        new StringBuilder(
            startMatters ? "sigma,m,start,p,ln_ppl,reward\n" : "sigma,m,p,ln_ppl,reward\n");
    int rows = Math.max(1, starts.length);
    for (int at = 0; at < rewards.length; at++) {
      int p = at % splits.length;
      int row = at / splits.length;
      int state = row / rows;
      text.append(ShortestDecimal.of(sigma[state / m.length]))
          .append(',')
          .append(ShortestDecimal.of(m[state % m.length]))
          .append(',');
      if (startMatters) {
        text.append(starts[row % rows]).append(',');
      }
      text.append(splits[p]).append(',');
      if (logPerplexities.length > 0) {
        text.append(ShortestDecimal.of(logPerplexities[state * splits.length + p]));
      }
      text.append(',').append(ShortestDecimal.of(rewards[at])).append('\n');
    }
    return text.toString();
  }

  private static int[] all(SplitRange range) {
    return IntStream.rangeClosed(range.min(), range.max()).toArray();
  }

  private static double[] places(Range range, int count, boolean byRatio) {
    if (range.low() == range.high()) {
      return new double[] {range.low()};
    }
    double[] places = new double[count];
    Arrays.setAll(
        places,
        i -> {
          double share = (double) i / (count - 1);
          return range.clip(
              byRatio
                  ? range.low() * StrictMath.pow(range.high() / range.low(), share)
                  : range.low() + share * (range.high() - range.low()));
        });
    // whatever rounding made of it
    places[count - 1] = range.high();
    return places;
  }
}
