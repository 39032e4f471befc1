package io.splitgym.session;

import io.splitgym.durability.PlainValues;
import io.splitgym.environment.VectorEnvironment;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a vector can be told to do; a step in a byte for each environment, since it is kept. */
sealed interface VectorCommand {
  byte RESET = 0;
  byte SMALL_ACTIONS = 1;
  byte ACTIONS = 2;

  /** As {@link #of} reads it. */
  byte[] bytes();

  /**
   * Carries it out.
   *
   * @return a {@link VectorResetResult} or a {@link VectorStepResult}
   */
  Object applyTo(VectorEnvironment vector);

  /**
   * @throws IllegalArgumentException if the bytes are no command's
   */
  static VectorCommand of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte kind = in.get();
    switch (kind) {
      case RESET:
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return ResetCommand.of((List<?>) Objects.requireNonNull(PlainValues.read(rest)));
      case SMALL_ACTIONS:
        int[] small = new int[in.remaining()];
        for (int i = 0; i < small.length; i++) {
          small[i] = in.get();
        }
        return new StepCommand(small);
      case ACTIONS:
        int[] actions = new int[in.remaining() / Integer.BYTES];
        in.asIntBuffer().get(actions);
        return new StepCommand(actions);
      default:
        throw new IllegalArgumentException("no command is of kind " + kind);
    }
  }

  /** Begins episodes. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record ResetCommand(VectorSeeds seeds, boolean @Nullable [] mask, Map<String, Object> options)
      implements VectorCommand {
    static ResetCommand of(List<?> plain) {
      Object seed = plain.get(0);
      VectorSeeds seeds = VectorSeeds.none();
      if (seed instanceof Long first) {
        seeds = VectorSeeds.from(first);
      } else if (seed instanceof List<?> list) {
        List<@Nullable Long> each = new ArrayList<>();
        list.forEach(one -> each.add((Long) one));
        seeds = VectorSeeds.of(each);
      }
      Object flags = plain.get(1);
      boolean[] mask = flags == null ? null : VectorAnswers.truths(flags);
      Map<String, Object> options = new LinkedHashMap<>();
      ((Map<?, ?>) plain.get(2)).forEach((name, value) -> options.put(String.valueOf(name), value));
      return new ResetCommand(seeds, mask, options);
    }

    @Override
    public byte[] bytes() {
      List<@Nullable Object> plain = new ArrayList<>();
      plain.add(seeds.first() != null ? (Object) seeds.first() : seeds.each());
      plain.add(mask == null ? null : VectorAnswers.bytes(mask));
      plain.add(options);
      byte[] written = PlainValues.write(plain);
      return ByteBuffer.allocate(1 + written.length).put(RESET).put(written).array();
    }

    @Override
    public VectorResetResult applyTo(VectorEnvironment vector) {
      return vector.reset(seeds, mask, options);
    }
  }

  /** Takes a step in each. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record StepCommand(int[] actions) implements VectorCommand {
    @Override
    public byte[] bytes() {
      byte[] small = new byte[1 + actions.length];
      small[0] = SMALL_ACTIONS;
      for (int i = 0; i < actions.length; i++) {
        if (actions[i] != (byte) actions[i]) {
          ByteBuffer out = ByteBuffer.allocate(1 + actions.length * Integer.BYTES).put(ACTIONS);
          out.asIntBuffer().put(actions);
          return out.array();
        }
        small[i + 1] = (byte) actions[i];
      }
      return small;
    }

    @Override
    public VectorStepResult applyTo(VectorEnvironment vector) {
      return vector.step(actions);
    }
  }
}
