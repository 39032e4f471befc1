package io.splitgym.channel;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/**
 * The hidden state of one window on its way from the user equipment to the edge. A channel changes
 * the values in place.
 *
 * @param values [tokens, width] float32, row-major; not copied
 * @param tokens the window's length
 * @param width the hidden size
 * @param held [width] float32: of each element what a receiver last got of it, zeros at the start
 *     of a text; not copied, and brought up to date by a channel whose receiver repeats
 */
@SuppressWarnings("ArrayRecordComponent") // the array is the message itself, changed in place
public record HiddenBlock(float[] values, int tokens, int width, float[] held) {
  public HiddenBlock {
    Require.positive("tokens", tokens);
    Require.positive("width", width);
    if (values.length != (long) tokens * width) {
      throw new InvalidValueException(
          "values", values.length + " values", "tokens x width = " + (long) tokens * width);
    }
    if (held.length != width) {
      throw new InvalidValueException("held", held.length + " values", "width = " + width);
    }
  }

  /** The start of a text: the receiver has nothing yet. */
  public HiddenBlock(float[] values, int tokens, int width) {
    this(values, tokens, width, new float[Math.max(0, width)]);
  }
}
