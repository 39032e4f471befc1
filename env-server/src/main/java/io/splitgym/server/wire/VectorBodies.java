package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorStepResult;
import java.io.IOException;
import java.util.Map;

/**
 * What comes of vector environments, written straight from their arrays: lists in JSON, typed
 * arrays in CBOR, see {@link NumberArrays}.
 *
 * <p>Infos are as in Gymnasium, an entry {@code k} for each name and its mask {@code _k}; a mask
 * that is true throughout is left out, since for most entries it always is, and what is the same
 * for all is said once.
 */
public final class VectorBodies {
  /** What an answer has beside its numbers, and for each environment, in CBOR. */
  private static final int HEAD_BYTES = 1_024;

  private static final int BYTES_OF_ONE = 80;

  private static final int STEP_MEMBERS = 5;
  private static final int RESET_MEMBERS = 2;

  private VectorBodies() {}

  /** What a step led to: observations, rewards, terminations, truncations, infos. */
  public record Step(VectorStepResult result) implements StreamedBody {
    @Override
    public int usualBytes() {
      return bytes(result.rewards().length);
    }

    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      out.writeStartObject(null, STEP_MEMBERS);
      observations(out, result.observations(), result.width());
      double[] rewards = result.rewards();
      out.writeFieldName("rewards");
      NumberArrays.write(out, rewards, rewards.length);
      truths(out, "terminations", result.terminations());
      truths(out, "truncations", result.truncations());
      infos(out, result.infos());
      out.writeEndObject();
    }
  }

  /** The start of episodes: observations, infos. */
  public record Reset(VectorResetResult result) implements StreamedBody {
    @Override
    public int usualBytes() {
      return bytes(result.observations().length / result.width());
    }

    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      out.writeStartObject(null, RESET_MEMBERS);
      observations(out, result.observations(), result.width());
      infos(out, result.infos());
      out.writeEndObject();
    }
  }

  private static int bytes(int environments) {
    return (int) Math.min(Integer.MAX_VALUE / 2, HEAD_BYTES + (long) BYTES_OF_ONE * environments);
  }

  private static void observations(JsonGenerator out, float[] values, int width)
      throws IOException {
    out.writeFieldName("observations");
    NumberArrays.write(out, values, values.length / width, width);
  }

  private static void infos(JsonGenerator out, Map<String, VectorColumn> infos) throws IOException {
    out.writeFieldName("infos");
    columns(out, infos);
  }

  private static void columns(JsonGenerator out, Map<String, VectorColumn> columns)
      throws IOException {
    out.writeStartObject();
    for (Map.Entry<String, VectorColumn> column : columns.entrySet()) {
      out.writeFieldName(column.getKey());
      values(out, column.getValue());
      boolean[] mask = column.getValue().mask();
      if (!allTrue(mask)) {
        truths(out, "_" + column.getKey(), mask);
      }
    }
    out.writeEndObject();
  }

  private static void values(JsonGenerator out, VectorColumn column) throws IOException {
    if (column instanceof VectorColumn.Reals reals) {
      NumberArrays.write(out, reals.values(), reals.values().length);
    } else if (column instanceof VectorColumn.Integers integers) {
      NumberArrays.write(out, integers.values(), integers.values().length);
    } else if (column instanceof VectorColumn.SmallRows rows) {
      NumberArrays.write(out, rows.values(), rows.values().length / rows.width(), rows.width());
    } else if (column instanceof VectorColumn.Observations rows) {
      NumberArrays.write(out, rows.values(), rows.values().length / rows.width(), rows.width());
    } else if (column instanceof VectorColumn.SameReal same) {
      out.writeNumber(same.value());
    } else if (column instanceof VectorColumn.SameInteger same) {
      out.writeNumber(same.value());
    } else if (column instanceof VectorColumn.Text text) {
      out.writeString(text.value());
    } else {
      columns(out, ((VectorColumn.Nested) column).columns());
    }
  }

  private static void truths(JsonGenerator out, String name, boolean[] values) throws IOException {
    out.writeFieldName(name);
    NumberArrays.write(out, values, values.length);
  }

  private static boolean allTrue(boolean[] mask) {
    for (boolean truth : mask) {
      if (!truth) {
        return false;
      }
    }
    return true;
  }
}
