package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** A part of a model whose weights come and go together. */
interface HeldWeights extends SharedArrays.Item {
  /** What read all its tensors, holds them and frees them. */
  WeightReader weights();

  @Override
  default List<NDArray> arrays() {
    return weights().arrays();
  }

  @Override
  default void freed() {
    weights().free();
  }

  @Override
  default long bytes() {
    return SharedArrays.Item.super.bytes() + weights().packedBytes();
  }
}
