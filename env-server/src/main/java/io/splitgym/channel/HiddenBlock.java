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
 */
@SuppressWarnings("ArrayRecordComponent") // the array is the message itself, changed in place
public record HiddenBlock(float[] values, int tokens, int width) {
  public HiddenBlock {
    Require.positive("tokens", tokens);
    Require.positive("width", width);
    if (values.length != (long) tokens * width) {
      throw new InvalidValueException(
          "values", values.length + " values", "tokens x width = " + (long) tokens * width);
    }
  }
}
