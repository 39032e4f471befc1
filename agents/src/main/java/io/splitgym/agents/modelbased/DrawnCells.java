package io.splitgym.agents.modelbased;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.Require;
import java.util.OptionalLong;

/**
 * The LLM itself, a cell at a time: each question draws the text's fading, and with it a level, and
 * is answered by an evaluation at one of the two measured levels around it, drawn by how near they
 * are. So a step costs one evaluation, there are only as many different ones as the grid has cells,
 * and the mean over the draws is exactly {@link ExpectedCells} over the same cells.
 */
public final class DrawnCells implements PerplexityModel {
  /** The seed of the LLM's noise at every cell. */
  public static final long NOISE_SEED = 1;

  private final LevelGrid grid;
  private final BetweenLevels between;
  private final Evaluations evaluations;
  private final double clean;

  /**
   * @param clean ln PPL without a channel
   */
  public DrawnCells(LevelGrid grid, Evaluations evaluations, double clean) {
    this.grid = grid;
    this.between = new BetweenLevels(grid);
    this.evaluations = evaluations;
    this.clean = clean;
  }

  @Override
  public int layers() {
    return grid.layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return clean;
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    Require.inRange("split", split, grid.splits().min(), grid.splits().max());
    double level = grid.drawLevel(state, noise);
    int above = between.above(level);
    boolean upper = noise.named("level").nextDouble() < between.share(level, above);
    int chosen = upper ? above : above - 1;
    Cell cell = chosen < 0 ? Cell.CLEAN : new Cell(chosen, split);
    return new LogPerplexity(
        evaluations.evaluate(cell).logPerplexity(), state, OptionalLong.of(NOISE_SEED));
  }
}
