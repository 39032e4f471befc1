package io.splitgym.agents.modelbased;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The mean of what {@link DrawnCells} gives, over its draws: E[ln PPL | sigma, m, p] from the
 * values of the cells, measured or predicted. It draws nothing itself.
 */
public final class ExpectedCells implements PerplexityModel {
  // an episode asks for a few splits of one state again and again
  private static final int MOST_KEPT = 20_000;

  private final CellValues values;
  private final Map<Asked, Double> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Double> eldest) {
          return size() > MOST_KEPT;
        }
      };

  private record Asked(ChannelState state, int split) {}

  public ExpectedCells(CellValues values) {
    this.values = values;
  }

  @Override
  public int layers() {
    return values.grid().layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return values.clean();
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    Require.inRange("split", split, values.grid().splits().min(), values.grid().splits().max());
    Asked asked = new Asked(state, split);
    Double known;
    synchronized (kept) {
      known = kept.get(asked);
    }
    if (known == null) {
      known = values.expected(state, split);
      synchronized (kept) {
        kept.put(asked, known);
      }
    }
    return new LogPerplexity(known, state, OptionalLong.empty());
  }
}
