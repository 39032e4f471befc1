package io.splitgym.matrix;

/**
 * In loops that the compiler turns into vector instructions: the innermost one runs along a row of
 * the sums, with everything else in its body fixed. It takes {@value #BLOCK} terms at a time and no
 * more, for the compiler leaves a larger body as it is.
 */
final class PlainProducts implements Products {
  private static final int BLOCK = 4;

  @Override
  public String description() {
    return "plain loops";
  }

  /** Long rows: a short loop spends most of its time on what doesn't fill a vector. */
  @Override
  public int panel(int columns) {
    return columns;
  }

  @Override
  public void add(
      float[] factors,
      int factorsAt,
      int rowStep,
      int innerStep,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int sumsStep,
      int rows,
      int inner,
      int columns) {
    int whole = inner / BLOCK * BLOCK;
    for (int k = 0; k < whole; k += BLOCK) {
      for (int row = 0; row < rows; row++) {
        int at = factorsAt + row * rowStep + k * innerStep;
        add(
            factors[at],
            factors[at + innerStep],
            factors[at + 2 * innerStep],
            factors[at + 3 * innerStep],
            terms,
            termsAt + k * termsStep,
            termsStep,
            sums,
            sumsAt + row * sumsStep,
            columns);
      }
    }
    for (int k = whole; k < inner; k++) {
      for (int row = 0; row < rows; row++) {
        add(
            factors[factorsAt + row * rowStep + k * innerStep],
            terms,
            termsAt + k * termsStep,
            sums,
            sumsAt + row * sumsStep,
            columns);
      }
    }
  }

  @Override
  public float scalar(
      float[] first, int firstAt, float[] second, int secondAt, int count, float[] parts) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int i = 0; i < count; i += PARTS) {
      int at = firstAt + i;
      int with = secondAt + i;
      s0 = Math.fma(first[at], second[with], s0);
      s1 = Math.fma(first[at + 1], second[with + 1], s1);
      s2 = Math.fma(first[at + 2], second[with + 2], s2);
      s3 = Math.fma(first[at + 3], second[with + 3], s3);
      s4 = Math.fma(first[at + 4], second[with + 4], s4);
      s5 = Math.fma(first[at + 5], second[with + 5], s5);
      s6 = Math.fma(first[at + 6], second[with + 6], s6);
      s7 = Math.fma(first[at + 7], second[with + 7], s7);
    }
    return pairwise(s0, s1, s2, s3, s4, s5, s6, s7);
  }

  static float pairwise(
      float s0, float s1, float s2, float s3, float s4, float s5, float s6, float s7) {
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
  }

  private static void add(
      float x0,
      float x1,
      float x2,
      float x3,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int columns) {
    int second = termsAt + termsStep;
    int third = second + termsStep;
    int fourth = third + termsStep;
    for (int i = 0; i < columns; i++) {
      sums[sumsAt + i] =
          Math.fma(
              x3,
              terms[fourth + i],
              Math.fma(
                  x2,
                  terms[third + i],
                  Math.fma(
                      x1, terms[second + i], Math.fma(x0, terms[termsAt + i], sums[sumsAt + i]))));
    }
  }

  static void add(float x, float[] terms, int termsAt, float[] sums, int sumsAt, int columns) {
    for (int i = 0; i < columns; i++) {
      sums[sumsAt + i] = Math.fma(x, terms[termsAt + i], sums[sumsAt + i]);
    }
  }
}
