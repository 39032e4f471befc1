package io.splitgym.agents.network;

/**
 * Loops over rows of float32, written so that the compiler turns them into vector instructions: a
 * row is an array of its own, the innermost loop runs along it, and everything else in the loop's
 * body is fixed. Sums go from left to right in fused multiplications and additions, which Java
 * defines to the bit, so that they are the same wherever they are computed.
 */
final class Rows {
  /** How many rows {@link #add} takes at a time; the compiler leaves a larger body as it is. */
  static final int BLOCK = 4;

  private Rows() {}

  static int wholeBlocks(int count) {
    return (count + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** sums += x0 row0 + x1 row1 + x2 row2 + x3 row3, from left to right. */
  static void add(
      float x0,
      float x1,
      float x2,
      float x3,
      float[] row0,
      float[] row1,
      float[] row2,
      float[] row3,
      float[] sums,
      int length) {
    for (int i = 0; i < length; i++) {
      sums[i] =
          Math.fma(
              x3,
              row3[i],
              Math.fma(x2, row2[i], Math.fma(x1, row1[i], Math.fma(x0, row0[i], sums[i]))));
    }
  }

  /** sums += row0 + row1 + row2 + row3. */
  static void add(
      float[] row0, float[] row1, float[] row2, float[] row3, float[] sums, int length) {
    for (int i = 0; i < length; i++) {
      sums[i] = sums[i] + row0[i] + row1[i] + row2[i] + row3[i];
    }
  }

  /** sums += row row, element by element. */
  static void addSquares(float[] row, float[] sums) {
    for (int i = 0; i < row.length; i++) {
      sums[i] = sums[i] + row[i] * row[i];
    }
  }
}
