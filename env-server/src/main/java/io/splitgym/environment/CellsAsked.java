package io.splitgym.environment;

import io.splitgym.channel.ChannelState;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.validation.InvalidValueException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The different cells of an LLM that an episode asked for, in their order. A model that isn't an
 * LLM has none.
 */
record CellsAsked(List<Cell> cells) {
  static final CellsAsked NONE = new CellsAsked(List.of());

  /** What determines an evaluation, within one environment. */
  record Cell(ChannelState state, int split, long noiseSeed) {
    static Cell of(LogPerplexity measured, int split) {
      return new Cell(measured.evaluatedAt(), split, measured.noiseSeed().orElse(0));
    }
  }

  CellsAsked {
    cells = Collections.unmodifiableList(new ArrayList<>(cells));
  }

  /** What asking for this one costs. */
  StepCost cost(LogPerplexity measured, int split) {
    if (measured.tokens() == 0) {
      return StepCost.NONE;
    }
    return cells.contains(Cell.of(measured, split))
        ? new StepCost(0, 1, 0)
        : new StepCost(1, 0, measured.tokens());
  }

  /** These and that one. */
  CellsAsked with(LogPerplexity measured, int split) {
    if (measured.tokens() == 0 || cells.contains(Cell.of(measured, split))) {
      return this;
    }
    List<Cell> more = new ArrayList<>(cells);
    more.add(Cell.of(measured, split));
    return new CellsAsked(more);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeInt(cells.size());
    for (Cell cell : cells) {
      EnvironmentState.write(cell.state(), out);
      out.writeInt(cell.split());
      out.writeLong(cell.noiseSeed());
    }
  }

  /**
   * @throws InvalidValueException if a cell is there twice
   */
  static CellsAsked read(DataInputStream in) throws IOException {
    int count = in.readInt();
    Set<Cell> cells = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      if (!cells.add(new Cell(EnvironmentState.readChannel(in), in.readInt(), in.readLong()))) {
        throw new InvalidValueException("cells", "with one twice", "all different");
      }
    }
    return count == 0 ? NONE : new CellsAsked(List.copyOf(cells));
  }
}
