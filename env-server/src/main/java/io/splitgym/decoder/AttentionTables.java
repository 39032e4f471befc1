package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What layers of one kind share for windows of T tokens: the angles of rotary position embedding
 * (Su et al., 2021) for pairs (i, i + headSize / 2), and the mask.
 *
 * @param angles null where positions come with the embedding
 * @param mask [G * T, T], G query heads to a key-value head; 0 where a token may look, else minus
 *     infinity
 */
record AttentionTables(@Nullable Angles angles, NDArray mask) implements SharedArrays.Item {
  /**
   * @param cosine [T, headSize]
   * @param sine [T, headSize], negative in the first half: a rotation by a half swaps the halves
   */
  record Angles(NDArray cosine, NDArray sine) {}

  static AttentionTables of(
      NDManager manager, TransformerShape shape, Positions positions, int length) {
    return new AttentionTables(
        positions.frequencies().isEmpty()
            ? null
            : angles(manager, shape.headSize(), positions.frequencies(), length),
        mask(manager, shape.heads() / shape.keyValueHeads(), positions, length));
  }

  private static Angles angles(
      NDManager manager, int headSize, List<Double> frequencies, int length) {
    int half = headSize / 2;
    float[] cosine = new float[length * headSize];
    float[] sine = new float[cosine.length];
    for (int position = 0; position < length; position++) {
      for (int i = 0; i < half; i++) {
        double angle = position * frequencies.get(i);
        int first = position * headSize + i;
        cosine[first] = (float) Math.cos(angle);
        cosine[first + half] = cosine[first];
        sine[first + half] = (float) Math.sin(angle);
        sine[first] = -sine[first + half];
      }
    }
    Shape shape = new Shape(length, headSize);
    return new Angles(manager.create(cosine, shape), manager.create(sine, shape));
  }

  private static NDArray mask(NDManager manager, int group, Positions positions, int length) {
    int reach = positions.reach().orElse(length);
    float[] mask = new float[group * length * length];
    for (int row = 0; row < group * length; row++) {
      int place = row % length;
      for (int column = 0; column < length; column++) {
        if (column > place || column <= place - reach) {
          mask[row * length + column] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    return manager.create(mask, new Shape((long) group * length, length));
  }

  /**
   * Views of the tables for some tokens of a window of T, which look at all up to their last.
   *
   * @param first the place of the first of them, from 0
   * @param count how many they are
   */
  AttentionTables of(int first, int count) {
    long length = mask.getShape().get(1);
    int end = first + count;
    NDArray rows =
        mask.reshape(-1, length, length)
            .get(new NDIndex(":, {}:{}, :{}", first, end, end))
            .reshape(-1, end);
    return new AttentionTables(
        angles == null
            ? null
            : new Angles(
                angles.cosine.get(new NDIndex("{}:{}", first, end)),
                angles.sine.get(new NDIndex("{}:{}", first, end))),
        rows);
  }

  @Override
  public List<NDArray> arrays() {
    return angles == null ? List.of(mask) : List.of(angles.cosine, angles.sine, mask);
  }

  /**
   * Turns each pair by its position's angle.
   *
   * @param heads [B, H, T, headSize]
   */
  NDArray rotate(NDArray heads) {
    if (angles == null) {
      return heads;
    }
    long size = heads.getShape().get(3);
    NDArray swapped = heads.get("..., {}:", size / 2).concat(heads.get("..., :{}", size / 2), -1);
    return heads.mul(angles.cosine).addi(swapped.muli(angles.sine));
  }
}
