package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.splitgym.checkpoint.GgufFile;
import io.splitgym.checkpoint.MalformedCheckpointException;

/** Brings tensors from a file into native memory, as float32. */
record WeightReader(GgufFile file, NDManager manager, TransformerShape shape) {
  NDArray matrix(String name, int rows, int columns) throws MalformedCheckpointException {
    return manager.create(file.floats(name, rows, columns), new Shape(rows, columns));
  }

  /**
   * The projection to queries or keys. GGUF stores its rows for rotary pairs (2i, 2i + 1); here
   * they are put in the order for pairs (i, i + headSize / 2).
   */
  NDArray rotaryMatrix(String name, int heads) throws MalformedCheckpointException {
    int size = shape.headSize();
    int columns = shape.hidden();
    float[] interleaved = file.floats(name, heads * size, columns);
    float[] halves = new float[interleaved.length];
    for (int row = 0; row < heads * size; row++) {
      int place = row % size;
      int target = row - place + place % 2 * (size / 2) + place / 2;
      System.arraycopy(interleaved, row * columns, halves, target * columns, columns);
    }
    return manager.create(halves, new Shape((long) heads * size, columns));
  }

  RootMeanSquareNorm norm(String name) throws MalformedCheckpointException {
    NDArray weight = manager.create(file.floats(name, shape.hidden()));
    return new RootMeanSquareNorm(weight, (float) shape.normEpsilon());
  }
}
