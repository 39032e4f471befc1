package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;

/** Brings tensors from a checkpoint into native memory, as float32. */
record WeightReader(Checkpoint checkpoint, NDManager manager, TransformerShape shape) {
  NDArray matrix(String name, int rows, int columns) throws MalformedCheckpointException {
    return manager.create(checkpoint.floats(name, rows, columns), new Shape(rows, columns));
  }

  RootMeanSquareNorm norm(String name) throws MalformedCheckpointException {
    NDArray weight = manager.create(checkpoint.floats(name, shape.hidden()));
    return new RootMeanSquareNorm(weight, (float) shape.normEpsilon());
  }
}
