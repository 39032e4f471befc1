package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/**
 * A surrogate held against measurements, at states that lie anywhere in its domain, on no grid.
 *
 * @param cells how many
 * @param errors of the surrogate against quadrature
 * @param meanStandardError of the measurements at these cells, in nats
 * @param sameMeasurements whether these are the ones that the surrogate was fitted to
 * @param decisions how well splits are chosen by the surrogate
 */
public record SurrogateCheck(
    int cells,
    RegressionErrors errors,
    double meanStandardError,
    boolean sameMeasurements,
    SplitDecisions decisions) {
  private static final int SIGMAS = 31;
  private static final int SHAPES = 24;

  /**
   * Compares the two.
   *
   * @param measurements over levels; direct draws are left aside
   * @param states how many states are drawn, each checked at every split
   * @param seed of the draw
   * @throws InvalidValueException if model or channel are not the surrogate's
   */
  public static SurrogateCheck of(
      SurrogateModel surrogate, Measurements measurements, int states, long seed) {
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
    LevelTable table = new LevelTable(measurements);
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
    return new SurrogateCheck(
        cells.size(),
        RegressionErrors.of(
            cells, cell -> surrogate.expectedLogPerplexity(cell.state(), cell.split())),
        standardErrors / cells.size(),
        MeasurementCsv.hash(measurements.overLevels()).equals(surrogate.provenance().dataHash()),
        decisions(table, surrogate));
  }

  private static List<Cell> cells(LevelTable table, ChannelState state) {
    return table.splits().stream()
        .map(split -> new Cell(state, split, table.expectedLogPerplexity(state, split)))
        .toList();
  }

  static SplitDecisions decisions(LevelTable table, SurrogateModel surrogate) {
    return SplitDecisions.of(
        map(table, surrogate, table::expectedLogPerplexity),
        map(table, surrogate, surrogate::expectedLogPerplexity));
  }

  private static SplitMap map(LevelTable table, SurrogateModel surrogate, SplitMap.Curve curve) {
    return new SplitMap(
        surrogate.domain().ranges(),
        SIGMAS,
        SHAPES,
        table.splits(),
        table.cleanLogPerplexity(),
        surrogate.layers(),
        curve);
  }
}
