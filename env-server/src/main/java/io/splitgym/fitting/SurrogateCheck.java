package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.reward.Reward;
import io.splitgym.surrogate.SurrogateDomain;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A surrogate held against measurements, at states that lie anywhere in its domain, on no grid.
 *
 * @param cells how many
 * @param splits the compared ones: those that were measured and that the surrogate answers for
 * @param splitsLeftAside measured ones that the surrogate doesn't answer for
 * @param errors of the surrogate against quadrature
 * @param meanStandardError of the measurements at these cells, in nats
 * @param dataHash SHA-256 of the compared measurements' CSV, in hexadecimal
 * @param sameMeasurements whether these are the ones that the surrogate was fitted to
 * @param textNoise how far single draws lie from what the surrogate predicts
 * @param decisions how well splits are chosen by the surrogate under the objective, both weights 1
 * @param referenceDecisions the same under the reference reward, on average over starts at every
 *     split but the deepest; perplexities are the exponentials of the expected ln PPL
 */
public record SurrogateCheck(
    int cells,
    List<Integer> splits,
    List<Integer> splitsLeftAside,
    RegressionErrors errors,
    double meanStandardError,
    String dataHash,
    boolean sameMeasurements,
    TextNoise textNoise,
    SplitDecisions decisions,
    SplitDecisions referenceDecisions) {
  private static final int SIGMAS = 31;
  private static final int SHAPES = 24;

  /**
   * The noise of an LLM step: the standard deviation of ln PPL from one draw of fading and noise
   * over a whole text, in nats, at the compared cells.
   *
   * @param windows of the text, each like those that were measured
   * @param fewestDraws that any level was measured with: if 1, the deviation is that of the fading
   *     alone, a lower bound
   * @param mean over the cells; null where it isn't known, under erasure measured by single draws
   * @param greatest at any cell; null where it isn't known
   */
  public record TextNoise(
      int windows, int fewestDraws, @Nullable Double mean, @Nullable Double greatest) {}

  /**
   * One split in one channel state, all in nats.
   *
   * @param expectedLogPerplexity by quadrature over the measurements
   * @param standardError of that
   * @param predicted by the surrogate
   * @param textDeviation the standard deviation of one draw over a whole text; see {@link
   *     TextNoise}
   */
  public record SplitAtState(
      int split,
      double expectedLogPerplexity,
      double standardError,
      double predicted,
      @Nullable Double textDeviation) {}

  /**
   * What of the measurements a surrogate can be compared with: those over levels, at the splits
   * that it answers for.
   *
   * @throws InvalidValueException if model or channel are not the surrogate's
   */
  public static Measurements comparable(SurrogateModel surrogate, Measurements measurements) {
    requireSame(surrogate, measurements);
    SurrogateDomain domain = surrogate.domain();
    return measurements
        .overLevels()
        .ofSplits(
            IntStream.rangeClosed(domain.leastSplit(), domain.greatestSplit()).boxed().toList());
  }

  /** Refuses measurements of another model or channel. */
  static void requireSame(SurrogateModel surrogate, Measurements measurements) {
    String modelHash = measurements.setting().modelHash();
    if (!modelHash.equals(surrogate.provenance().modelHash())) {
      throw new InvalidValueException(
          "modelHash of the measurements", modelHash, surrogate.provenance().modelHash());
    }
    if (!measurements.channel().equals(surrogate.provenance().channel())) {
      throw new InvalidValueException(
          "channel of the measurements",
          measurements.channel().description(),
          surrogate.provenance().channel().description());
    }
  }

  /**
   * Compares the two.
   *
   * @param all measurements over levels; direct draws are left aside, and so are splits that the
   *     surrogate doesn't answer for
   * @param states how many states are drawn, each checked at every split
   * @param seed of the draw
   * @param textWindows of the text whose noise is told
   * @throws InvalidValueException if model or channel are not the surrogate's
   */
  public static SurrogateCheck of(
      SurrogateModel surrogate, Measurements all, int states, long seed, int textWindows) {
    Measurements measurements = comparable(surrogate, all);
    LevelTable table = new LevelTable(measurements);
    List<Integer> leftAside =
        new LevelTable(all)
            .splits().stream().filter(split -> !table.splits().contains(split)).toList();
    RandomStream random = RandomStream.ofSeed(seed).named("states");
    ChannelRanges ranges = surrogate.domain().ranges();
    List<ChannelState> drawn = new ArrayList<>();
    for (int i = 0; i < states; i++) {
      drawn.add(ranges.draw(random));
    }
    List<List<Cell>> computed = CellGrid.parallel(states, i -> cells(table, drawn.get(i)));
    List<Cell> cells = computed.stream().flatMap(List::stream).toList();
    double standardErrors =
        CellGrid.parallel(
                states,
                i ->
                    table.splits().stream()
                        .mapToDouble(split -> table.standardError(drawn.get(i), split))
                        .sum())
            .stream()
            .mapToDouble(Double::doubleValue)
            .sum();
    List<DoubleSummaryStatistics> noise =
        CellGrid.parallel(
            states,
            i ->
                table.splits().stream()
                    .mapToDouble(split -> table.textDeviation(drawn.get(i), split, textWindows))
                    .summaryStatistics());
    DoubleSummaryStatistics textNoise = new DoubleSummaryStatistics();
    noise.forEach(textNoise::combine);
    String dataHash = MeasurementCsv.hash(measurements);
    return new SurrogateCheck(
        cells.size(),
        table.splits(),
        leftAside,
        RegressionErrors.of(
            cells, cell -> surrogate.expectedLogPerplexity(cell.state(), cell.split())),
        standardErrors / cells.size(),
        dataHash,
        dataHash.equals(surrogate.provenance().dataHash()),
        new TextNoise(
            textWindows,
            table.fewestDraws(),
            knowsNoise(table) ? textNoise.getAverage() : null,
            knowsNoise(table) ? textNoise.getMax() : null),
        decisions(table, surrogate, ObjectiveReward.DEFAULT),
        decisions(table, surrogate, ReferenceReward.DEFAULT));
  }

  /**
   * Every compared split in one state.
   *
   * @param measurements what {@link #comparable} left
   * @param textWindows of the text whose noise is told
   * @throws InvalidValueException if the state lies outside of the surrogate's domain
   */
  public static List<SplitAtState> at(
      SurrogateModel surrogate, Measurements measurements, ChannelState state, int textWindows) {
    LevelTable table = new LevelTable(measurements);
    return table.splits().stream()
        .map(
            split ->
                new SplitAtState(
                    split,
                    table.expectedLogPerplexity(state, split),
                    table.standardError(state, split),
                    surrogate.expectedLogPerplexity(state, split),
                    knowsNoise(table) ? table.textDeviation(state, split, textWindows) : null))
        .toList();
  }

  /** Under fading, single draws tell at least what the fading does; erasure is noise alone. */
  private static boolean knowsNoise(LevelTable table) {
    return table.fewestDraws() > 1 || table.measurements().channel() instanceof FadingAwgn;
  }

  private static List<Cell> cells(LevelTable table, ChannelState state) {
    return table.splits().stream()
        .map(split -> new Cell(state, split, table.expectedLogPerplexity(state, split)))
        .toList();
  }

  static SplitDecisions decisions(LevelTable table, SurrogateModel surrogate, Reward reward) {
    return SplitDecisions.of(
        map(table, surrogate, table::expectedLogPerplexity, reward),
        map(table, surrogate, surrogate::expectedLogPerplexity, reward));
  }

  private static SplitMap map(
      LevelTable table, SurrogateModel surrogate, SplitMap.Curve curve, Reward reward) {
    return new SplitMap(
        surrogate.domain().ranges(),
        SIGMAS,
        SHAPES,
        table.splits(),
        table.cleanLogPerplexity(),
        surrogate.layers(),
        curve,
        reward);
  }
}
