package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What makes logits of the normed states after the last layer.
 *
 * @param arrays all its weights that are arrays
 * @param packedBytes what those take that aren't
 * @param whenFreed frees those, and gives the memory of the others back
 */
record Head(Projection output, List<NDArray> arrays, long packedBytes, Runnable whenFreed)
    implements SharedArrays.Item {
  /** Of what that reader has read. */
  static Head of(Projection output, WeightReader weights) {
    return new Head(output, weights.arrays(), weights.packedBytes(), weights::free);
  }

  /**
   * @param normed [N, D]; not changed
   * @return [N, V]
   */
  NDArray apply(NDArray normed) {
    return output.apply(normed);
  }

  @Override
  public void freed() {
    whenFreed.run();
  }

  @Override
  public long bytes() {
    return SharedArrays.Item.super.bytes() + packedBytes;
  }
}
