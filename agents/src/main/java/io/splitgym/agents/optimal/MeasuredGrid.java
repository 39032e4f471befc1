package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelState;
import io.splitgym.measurement.LevelTable;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The measured LLM itself as a model that predicts: E[ln PPL | sigma, m, p] by quadrature over what
 * was measured, with no network between. An optimum over it is exact for the expected return under
 * the reward {@code objective}, which is linear in ln PPL; under {@code reference} it is that of
 * the mean ln PPL.
 */
public final class MeasuredGrid implements PerplexityModel {
  private static final int MOST_KEPT = 500_000;

  private final LevelTable table;
  private final Map<Cell, Double> kept = new ConcurrentHashMap<>();

  private record Cell(ChannelState state, int split) {}

  public MeasuredGrid(LevelTable table) {
    this.table = table;
  }

  @Override
  public int layers() {
    return table.measurements().setting().layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return table.cleanLogPerplexity();
  }

  /**
   * @throws io.splitgym.validation.InvalidValueException if the split was not measured
   */
  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    Cell cell = new Cell(state, split);
    Double known = kept.get(cell);
    if (known == null) {
      known = table.expectedLogPerplexity(state, split);
      if (kept.size() < MOST_KEPT) {
        kept.put(cell, known);
      }
    }
    return new LogPerplexity(known, state, OptionalLong.empty());
  }
}
