package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.jni.IValue;
import org.jspecify.annotations.Nullable;

/** An affine map of rows: the one place where weights are. */
sealed interface Projection extends AutoCloseable {
  /**
   * @param rows [N, inputs]; not changed
   * @return [N, outputs]
   */
  NDArray apply(NDArray rows);

  /** What it holds beside arrays that others own, in bytes. */
  long bytes();

  /** Frees that. */
  @Override
  void close();

  /**
   * In float32.
   *
   * @param weight [outputs, inputs]; not closed here
   * @param bias [outputs]; null where the family has none
   */
  record Float32(NDArray weight, @Nullable NDArray bias) implements Projection {
    @Override
    public NDArray apply(NDArray rows) {
      return bias == null
          ? Linear.linear(rows, weight).singletonOrThrow()
          : Linear.linear(rows, weight, bias).singletonOrThrow();
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void close() {
      // the arrays' reader frees them
    }
  }

  /**
   * As {@link ScriptedArithmetic} has it.
   *
   * @param packed weight and bias, which only its module understands
   */
  record Packed(ScriptedArithmetic arithmetic, IValue packed, long bytes) implements Projection {
    @Override
    public NDArray apply(NDArray rows) {
      return arithmetic.linear(rows, packed);
    }

    @Override
    public void close() {
      packed.close();
    }
  }
}
