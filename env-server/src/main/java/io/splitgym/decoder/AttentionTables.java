package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * What all layers share for windows of T tokens: the angles of rotary position embedding (Su et
 * al., 2021) for pairs (i, i + headSize / 2), and the causal mask.
 *
 * @param cosine [T, headSize]
 * @param sine [T, headSize], negative in the first half: a rotation by a half swaps the halves
 * @param mask [G * T, T], G query heads to a key-value head; 0 where a token may look, else minus
 *     infinity
 */
record AttentionTables(NDArray cosine, NDArray sine, NDArray mask) implements AutoCloseable {
  static AttentionTables of(NDManager manager, TransformerShape shape, int length) {
    int half = shape.headSize() / 2;
    float[] cosine = new float[length * shape.headSize()];
    float[] sine = new float[cosine.length];
    for (int position = 0; position < length; position++) {
      for (int i = 0; i < half; i++) {
        double angle = position * Math.pow(shape.ropeBase(), -(double) i / half);
        int first = position * shape.headSize() + i;
        cosine[first] = (float) Math.cos(angle);
        cosine[first + half] = cosine[first];
        sine[first + half] = (float) Math.sin(angle);
        sine[first] = -sine[first + half];
      }
    }
    int group = shape.heads() / shape.keyValueHeads();
    float[] mask = new float[group * length * length];
    for (int row = 0; row < group * length; row++) {
      for (int column = row % length + 1; column < length; column++) {
        mask[row * length + column] = Float.NEGATIVE_INFINITY;
      }
    }
    Shape angles = new Shape(length, shape.headSize());
    return new AttentionTables(
        manager.create(cosine, angles),
        manager.create(sine, angles),
        manager.create(mask, new Shape((long) group * length, length)));
  }

  /** What they take, in bytes. */
  long bytes() {
    return Float.BYTES * (cosine.size() + sine.size() + mask.size());
  }

  @Override
  public void close() {
    cosine.close();
    sine.close();
    mask.close();
  }

  /**
   * Turns each pair by its position's angle.
   *
   * @param heads [B, H, T, headSize]
   */
  NDArray rotate(NDArray heads) {
    long size = heads.getShape().get(3);
    NDArray swapped = heads.get("..., {}:", size / 2).concat(heads.get("..., :{}", size / 2), -1);
    return heads.mul(cosine).addi(swapped.muli(sine));
  }
}
