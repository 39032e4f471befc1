package io.splitgym.session;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.session.VectorCommand.ResetCommand;
import io.splitgym.session.VectorCommand.StepCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call on a vector of environments. */
final class VectorTaken implements Taken {
  private static final String FINAL_OBSERVATION = "final_obs";
  private static final String FINAL_INFO = "final_info";
  private static final int BYTES_OF_A_VALUE = 8;

  private final AutoresetMode autoreset;
  private final boolean[] overBefore;
  private final VectorCommand command;
  private final Object answer;

  /**
   * @param overBefore [n]: whose episode was over before; read, never written
   */
  VectorTaken(AutoresetMode autoreset, boolean[] overBefore, VectorCommand command, Object answer) {
    this.autoreset = autoreset;
    this.overBefore = overBefore;
    this.command = command;
    this.answer = answer;
  }

  /** Whose episode was over before it. */
  boolean[] overBefore() {
    return overBefore.clone();
  }

  /** Whose episode is over after it and for the next call to begin. */
  boolean[] overAfter() {
    boolean[] over = overBefore.clone();
    for (int lane = 0; lane < over.length; lane++) {
      if (begins(lane)) {
        over[lane] = false;
      } else if (steps(lane)) {
        over[lane] = ends(lane);
      }
    }
    return over;
  }

  @Override
  public boolean steps(int lane) {
    return command instanceof StepCommand
        && !(autoreset == AutoresetMode.NEXT_STEP && overBefore[lane]);
  }

  @Override
  public boolean ends(int lane) {
    return steps(lane) && (terminated(lane) || truncated(lane));
  }

  @Override
  public boolean begins(int lane) {
    if (command instanceof ResetCommand reset) {
      return reset.mask() == null || reset.mask()[lane];
    }
    return switch (autoreset) {
      case NEXT_STEP -> overBefore[lane];
      case SAME_STEP -> ends(lane);
      case DISABLED -> false;
    };
  }

  @Override
  public @Nullable Long seed(int lane) {
    if (!(command instanceof ResetCommand reset)) {
      return null;
    }
    VectorSeeds seeds = reset.seeds();
    Long first = seeds.first();
    if (first != null) {
      return first + lane;
    }
    List<@Nullable Long> each = seeds.each();
    return each == null ? null : each.get(lane);
  }

  @Override
  public Map<String, Object> options() {
    return command instanceof ResetCommand reset ? reset.options() : Map.of();
  }

  @Override
  public Object action(int lane) {
    return ((StepCommand) command).actions()[lane];
  }

  @Override
  public double reward(int lane) {
    return step().rewards()[lane];
  }

  @Override
  public boolean terminated(int lane) {
    return step().terminations()[lane];
  }

  @Override
  public boolean truncated(int lane) {
    return step().truncations()[lane];
  }

  @Override
  public Object stepObservation(int lane) {
    return endedHere(lane)
        ? row((VectorColumn.Observations) info(FINAL_OBSERVATION), lane)
        : observation(lane);
  }

  @Override
  public Map<String, Object> stepInfo(int lane) {
    return endedHere(lane)
        ? at(((VectorColumn.Nested) info(FINAL_INFO)).columns(), lane)
        : firstInfo(lane);
  }

  @Override
  public Object firstObservation(int lane) {
    return observation(lane);
  }

  @Override
  public Map<String, Object> firstInfo(int lane) {
    Map<String, VectorColumn> columns = new LinkedHashMap<>(infos());
    columns.remove(FINAL_OBSERVATION);
    columns.remove(FINAL_INFO);
    return at(columns, lane);
  }

  @Override
  public byte[] commandBytes() {
    return command.bytes();
  }

  @Override
  public Object answer() {
    return answer;
  }

  @Override
  public long bytes() {
    return (long) overBefore.length * BYTES_OF_A_VALUE * (4 + width() + values(infos()));
  }

  /** Where the answer shows the next episode's start already. */
  private boolean endedHere(int lane) {
    return autoreset == AutoresetMode.SAME_STEP && ends(lane);
  }

  private Object observation(int lane) {
    float[] all =
        answer instanceof VectorStepResult step
            ? step.observations()
            : ((VectorResetResult) answer).observations();
    return Arrays.copyOfRange(all, lane * width(), (lane + 1) * width());
  }

  private static float[] row(VectorColumn.Observations column, int lane) {
    int from = lane * column.width();
    return Arrays.copyOfRange(column.values(), from, from + column.width());
  }

  private static Map<String, Object> at(Map<String, VectorColumn> columns, int lane) {
    Map<String, Object> info = new LinkedHashMap<>();
    columns.forEach(
        (name, column) -> {
          if (column.mask()[lane]) {
            info.put(name, at(column, lane));
          }
        });
    return info;
  }

  private static Object at(VectorColumn column, int lane) {
    if (column instanceof VectorColumn.Reals reals) {
      return reals.values()[lane];
    }
    if (column instanceof VectorColumn.Integers integers) {
      return integers.values()[lane];
    }
    if (column instanceof VectorColumn.SmallRows rows) {
      List<Object> row = new ArrayList<>(rows.width());
      for (int i = 0; i < rows.width(); i++) {
        row.add((int) rows.values()[lane * rows.width() + i]);
      }
      return row;
    }
    if (column instanceof VectorColumn.Text text) {
      return text.value();
    }
    if (column instanceof VectorColumn.SameReal same) {
      return same.value();
    }
    if (column instanceof VectorColumn.SameInteger same) {
      return same.value();
    }
    if (column instanceof VectorColumn.Nested nested) {
      return at(nested.columns(), lane);
    }
    throw new IllegalStateException("no environment's info has " + column.getClass());
  }

  private int width() {
    return answer instanceof VectorStepResult step
        ? step.width()
        : ((VectorResetResult) answer).width();
  }

  private Map<String, VectorColumn> infos() {
    return answer instanceof VectorStepResult step
        ? step.infos()
        : ((VectorResetResult) answer).infos();
  }

  private VectorColumn info(String name) {
    return Objects.requireNonNull(infos().get(name), name);
  }

  private static int values(Map<String, VectorColumn> columns) {
    int values = 0;
    for (VectorColumn column : columns.values()) {
      values += column instanceof VectorColumn.Nested nested ? values(nested.columns()) : 1;
    }
    return values;
  }

  private VectorStepResult step() {
    return (VectorStepResult) answer;
  }
}
