package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * How one {@link Precision} multiplies. What goes in and comes out is float32; only weights and
 * what is inside of one call are anything else. Safe for use by several threads.
 */
sealed interface Arithmetic extends AutoCloseable permits Arithmetic.Float32, ScriptedArithmetic {
  static Arithmetic of(Precision precision) {
    return precision == Precision.F32 ? new Float32() : ScriptedArithmetic.load(precision);
  }

  Precision precision();

  /**
   * An affine map of rows, which ends with its own closing where it doesn't hold these arrays.
   *
   * @param weight [outputs, inputs]
   * @param bias [outputs]; null where the family has none
   * @throws io.splitgym.validation.InvalidValueException if this processor can't multiply so
   */
  Projection projection(NDArray weight, @Nullable NDArray bias);

  /** The network behind attention, of projections of this arithmetic. */
  FeedForward feedForward(
      Activation activation, @Nullable Projection gate, Projection up, Projection down);

  /**
   * softmax(scale queries keys^T + mask) values.
   *
   * @param queries [B, H, N, size]; may be changed
   * @param keys [B, H, T, size]
   * @param values [B, H, T, size]
   * @param mask [N, T], 0 or minus infinity
   * @return [B, H, N, size]
   */
  NDArray attend(NDArray queries, NDArray keys, NDArray values, NDArray mask, float scale);

  @Override
  void close();

  /** DJL's own. */
  record Float32() implements Arithmetic {
    @Override
    public Precision precision() {
      return Precision.F32;
    }

    @Override
    public Projection projection(NDArray weight, @Nullable NDArray bias) {
      return new Projection.Float32(weight, bias);
    }

    @Override
    public FeedForward feedForward(
        Activation activation, @Nullable Projection gate, Projection up, Projection down) {
      return gate == null
          ? new FeedForward.Plain(activation, up, down)
          : new FeedForward.Gated(activation, gate, up, down);
    }

    @Override
    public NDArray attend(
        NDArray queries, NDArray keys, NDArray values, NDArray mask, float scale) {
      NDArray scores = queries.muli(scale).matMul(keys.transpose(0, 1, 3, 2)).addi(mask);
      return scores.softmax(-1).matMul(values);
    }

    @Override
    public void close() {
      // holds nothing
    }
  }
}
