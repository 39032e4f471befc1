package io.splitgym.session;

import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorStepResult;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results of vectors as plain values and back. */
final class VectorAnswers {
  private static final String REALS = "reals";
  private static final String INTEGERS = "integers";
  private static final String SMALL_ROWS = "smallRows";
  private static final String OBSERVATIONS = "observations";
  private static final String SAME_REAL = "sameReal";
  private static final String SAME_INTEGER = "sameInteger";
  private static final String TEXT = "text";
  private static final String NESTED = "nested";

  private VectorAnswers() {}

  static List<Object> plain(Object answer) {
    if (answer instanceof VectorStepResult step) {
      return List.of(
          step.observations(),
          step.width(),
          plain(step.infos()),
          bytes(step.rewards()),
          bytes(step.terminations()),
          bytes(step.truncations()));
    }
    VectorResetResult reset = (VectorResetResult) answer;
    return List.of(reset.observations(), reset.width(), plain(reset.infos()));
  }

  static Object of(Object plain) {
    List<?> fields = (List<?>) plain;
    float[] observations = (float[]) fields.get(0);
    int width = (Integer) fields.get(1);
    Map<String, VectorColumn> infos = columns(fields.get(2));
    return fields.size() == 3
        ? new VectorResetResult(observations, width, infos)
        : new VectorStepResult(
            observations,
            width,
            reals(fields.get(3)),
            truths(fields.get(4)),
            truths(fields.get(5)),
            infos);
  }

  private static Map<String, Object> plain(Map<String, VectorColumn> columns) {
    Map<String, Object> plain = new LinkedHashMap<>();
    columns.forEach((name, column) -> plain.put(name, plain(column)));
    return plain;
  }

  private static List<Object> plain(VectorColumn column) {
    byte[] mask = bytes(column.mask());
    if (column instanceof VectorColumn.Reals reals) {
      return List.of(REALS, mask, bytes(reals.values()));
    }
    if (column instanceof VectorColumn.Integers integers) {
      return List.of(INTEGERS, mask, bytes(integers.values()));
    }
    if (column instanceof VectorColumn.SmallRows rows) {
      return List.of(SMALL_ROWS, mask, rows.values(), rows.width());
    }
    if (column instanceof VectorColumn.Observations rows) {
      return List.of(OBSERVATIONS, mask, rows.values(), rows.width());
    }
    if (column instanceof VectorColumn.SameReal same) {
      return List.of(SAME_REAL, mask, same.value());
    }
    if (column instanceof VectorColumn.SameInteger same) {
      return List.of(SAME_INTEGER, mask, same.value());
    }
    if (column instanceof VectorColumn.Text text) {
      return List.of(TEXT, mask, text.value());
    }
    return List.of(NESTED, mask, plain(((VectorColumn.Nested) column).columns()));
  }

  private static Map<String, VectorColumn> columns(Object plain) {
    Map<String, VectorColumn> columns = new LinkedHashMap<>();
    ((Map<?, ?>) plain).forEach((name, one) -> columns.put(String.valueOf(name), column(one)));
    return columns;
  }

  private static VectorColumn column(Object plain) {
    List<?> fields = (List<?>) plain;
    boolean[] mask = truths(fields.get(1));
    Object values = fields.get(2);
    return switch ((String) fields.get(0)) {
      case REALS -> new VectorColumn.Reals(reals(values), mask);
      case INTEGERS -> new VectorColumn.Integers(integers(values), mask);
      case SMALL_ROWS -> new VectorColumn.SmallRows((byte[]) values, (Integer) fields.get(3), mask);
      case OBSERVATIONS ->
          new VectorColumn.Observations((float[]) values, (Integer) fields.get(3), mask);
      case SAME_REAL -> new VectorColumn.SameReal((Double) values, mask);
      case SAME_INTEGER -> new VectorColumn.SameInteger((Long) values, mask);
      case TEXT -> new VectorColumn.Text((String) values, mask);
      case NESTED -> new VectorColumn.Nested(columns(values), mask);
      default -> throw new IllegalArgumentException("no column is of kind " + fields.get(0));
    };
  }

  private static byte[] bytes(double[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return bytes.array();
  }

  private static byte[] bytes(long[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  static byte[] bytes(boolean[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return bytes;
  }

  private static double[] reals(Object bytes) {
    double[] values = new double[((byte[]) bytes).length / Double.BYTES];
    ByteBuffer.wrap((byte[]) bytes).asDoubleBuffer().get(values);
    return values;
  }

  private static long[] integers(Object bytes) {
    long[] values = new long[((byte[]) bytes).length / Long.BYTES];
    ByteBuffer.wrap((byte[]) bytes).asLongBuffer().get(values);
    return values;
  }

  static boolean[] truths(Object bytes) {
    boolean[] values = new boolean[((byte[]) bytes).length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((byte[]) bytes)[i] != 0;
    }
    return values;
  }
}
