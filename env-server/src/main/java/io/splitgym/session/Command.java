package io.splitgym.session;

import io.splitgym.durability.PlainValues;
import io.splitgym.environment.Environment;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an environment can be told to do; in few bytes, since each one is kept. */
sealed interface Command {
  byte RESET = 0;
  byte SEEDED_RESET = 1;
  byte SMALL_ACTION = 2;
  byte ACTION = 3;
  byte BOX_ACTION = 4;

  /** As {@link #of} reads it. */
  byte[] bytes();

  /**
   * Carries it out.
   *
   * @return a {@link ResetResult} or a {@link StepResult}
   */
  Object applyTo(Environment environment);

  /**
   * @throws IllegalArgumentException if the bytes are no command's
   */
  static Command of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte kind = in.get();
    switch (kind) {
      case RESET:
      case SEEDED_RESET:
        Long seed = kind == SEEDED_RESET ? in.getLong() : null;
        return new ResetCommand(seed, options(in));
      case SMALL_ACTION:
        return new StepCommand(new DiscreteElement(in.get()));
      case ACTION:
        return new StepCommand(new DiscreteElement(in.getInt()));
      case BOX_ACTION:
        float[] values = new float[in.remaining() / Float.BYTES];
        in.asFloatBuffer().get(values);
        return new StepCommand(new BoxElement(values));
      default:
        throw new IllegalArgumentException("no command is of kind " + kind);
    }
  }

  private static Map<String, Object> options(ByteBuffer in) {
    Map<String, Object> options = new LinkedHashMap<>();
    if (in.hasRemaining()) {
      byte[] rest = new byte[in.remaining()];
      in.get(rest);
      Objects.requireNonNull((Map<?, ?>) PlainValues.read(rest))
          .forEach((name, value) -> options.put(String.valueOf(name), value));
    }
    return options;
  }

  /** Begins an episode. */
  record ResetCommand(@Nullable Long seed, Map<String, Object> options) implements Command {
    @Override
    public byte[] bytes() {
      byte[] given = options.isEmpty() ? new byte[0] : PlainValues.write(options);
      ByteBuffer out = ByteBuffer.allocate(1 + (seed == null ? 0 : Long.BYTES) + given.length);
      out.put(seed == null ? RESET : SEEDED_RESET);
      if (seed != null) {
        out.putLong(seed);
      }
      return out.put(given).array();
    }

    @Override
    public ResetResult applyTo(Environment environment) {
      return environment.reset(seed, options);
    }
  }

  /** Takes a step. */
  record StepCommand(SpaceElement action) implements Command {
    @Override
    public byte[] bytes() {
      if (action instanceof BoxElement box) {
        float[] values = box.values();
        ByteBuffer out = ByteBuffer.allocate(1 + values.length * Float.BYTES).put(BOX_ACTION);
        out.asFloatBuffer().put(values);
        return out.array();
      }
      int index = ((DiscreteElement) action).index();
      return index >= 0 && index <= Byte.MAX_VALUE
          ? new byte[] {SMALL_ACTION, (byte) index}
          : ByteBuffer.allocate(1 + Integer.BYTES).put(ACTION).putInt(index).array();
    }

    @Override
    public StepResult applyTo(Environment environment) {
      return environment.step(action);
    }
  }
}
