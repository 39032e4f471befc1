package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What layers of one kind share for T tokens that look at those and at all before them, N with
 * them: the angles of rotary position embedding (Su et al., 2021) for pairs (i, i + headSize / 2),
 * and the mask.
 *
 * @param angles null where positions come with the embedding
 * @param mask [G * T, N], G query heads to a key-value head; 0 where a token may look, else minus
 *     infinity
 */
record AttentionTables(@Nullable Angles angles, NDArray mask) implements SharedArrays.Item {
  /**
   * @param cosine [T, headSize]
   * @param sine [T, headSize], negative in the first half: a rotation by a half swaps the halves
   */
  record Angles(NDArray cosine, NDArray sine) {}

  /**
   * @param first the place of the first of them, from 0
   * @param count T
   */
  static AttentionTables of(
      NDManager manager, TransformerShape shape, Positions positions, int first, int count) {
    return new AttentionTables(
        positions.frequencies().isEmpty()
            ? null
            : angles(manager, shape.headSize(), positions.frequencies(), first, count),
        mask(manager, shape.heads() / shape.keyValueHeads(), positions, first, count));
  }

  private static Angles angles(
      NDManager manager, int headSize, List<Double> frequencies, int first, int count) {
    int half = headSize / 2;
    float[] cosine = new float[count * headSize];
    float[] sine = new float[cosine.length];
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < half; i++) {
        double angle = (first + row) * frequencies.get(i);
        int at = row * headSize + i;
        cosine[at] = (float) Math.cos(angle);
        cosine[at + half] = cosine[at];
        sine[at + half] = (float) Math.sin(angle);
        sine[at] = -sine[at + half];
      }
    }
    Shape shape = new Shape(count, headSize);
    return new Angles(manager.create(cosine, shape), manager.create(sine, shape));
  }

  /** Made where it stays: a long window's would be larger than Java's arrays may be. */
  private static NDArray mask(
      NDManager manager, int group, Positions positions, int first, int count) {
    return Alone.result(
        () -> {
          NDArray rows = manager.arange(first, first + count).expandDims(1);
          NDArray columns = manager.arange(first + count).expandDims(0);
          NDArray seen = columns.lte(rows);
          if (positions.reach().isPresent()) {
            seen = seen.logicalAnd(columns.gt(rows.sub(positions.reach().getAsInt())));
          }
          // the logarithm of 1 is 0, that of 0 is minus infinity
          return seen.toType(DataType.FLOAT32, false).log().tile(new long[] {group, 1});
        });
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
