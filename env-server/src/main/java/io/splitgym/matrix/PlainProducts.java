package io.splitgym.matrix;

import java.util.Arrays;

/**
 * In loops that the compiler turns into vector instructions: the innermost one runs along whole
 * arrays from their first element on, with everything else in its body fixed, and takes {@value
 * #BLOCK} terms at a time and no more; Java 17's compiler leaves any other form as it is. Hence the
 * copies.
 */
final class PlainProducts implements Products {
  private static final int BLOCK = 4;

  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /**
   * A row of the terms in each array.
   *
   * @param inner how many of the arrays
   * @param columns how many values of each
   */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  record Rows(float[][] values, int inner, int columns) implements Prepared {}

  /** What a thread copies to. */
  private static final class Scratch {
    private float[][] terms = {};
    private float[] sums = {};

    float[][] terms(int inner, int columns) {
      if (terms.length < inner || (inner > 0 && terms[0].length < columns)) {
        int width = Math.max(columns, terms.length == 0 ? 0 : terms[0].length);
        terms = new float[Math.max(inner, terms.length)][width];
      }
      return terms;
    }

    float[] sums(int columns) {
      if (sums.length < columns) {
        sums = new float[columns];
      }
      return sums;
    }
  }

  @Override
  public String description() {
    return "plain loops";
  }

  @Override
  public Prepared prepare(float[] terms, int inner, int columns) {
    float[][] rows = new float[inner][];
    for (int k = 0; k < inner; k++) {
      rows[k] = Arrays.copyOfRange(terms, k * columns, (k + 1) * columns);
    }
    return new Rows(rows, inner, columns);
  }

  @Override
  public void add(
      float[] factors, int rowStep, Prepared terms, float[] sums, int sumsStep, int rows) {
    if (!(terms instanceof Rows own)) {
      throw new IllegalArgumentException("the terms were prepared for other products");
    }
    add(factors, 0, rowStep, 1, own, sums, 0, sumsStep, rows);
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
    float[][] copies = scratch.get().terms(inner, columns);
    for (int k = 0; k < inner; k++) {
      System.arraycopy(terms, termsAt + k * termsStep, copies[k], 0, columns);
    }
    add(
        factors,
        factorsAt,
        rowStep,
        innerStep,
        new Rows(copies, inner, columns),
        sums,
        sumsAt,
        sumsStep,
        rows);
  }

  private void add(
      float[] factors,
      int factorsAt,
      int rowStep,
      int innerStep,
      Rows terms,
      float[] sums,
      int sumsAt,
      int sumsStep,
      int rows) {
    int columns = terms.columns();
    float[][] of = terms.values();
    float[] copy = scratch.get().sums(columns);
    int whole = terms.inner() / BLOCK * BLOCK;
    for (int row = 0; row < rows; row++) {
      int at = factorsAt + row * rowStep;
      System.arraycopy(sums, sumsAt + row * sumsStep, copy, 0, columns);
      for (int k = 0; k < whole; k += BLOCK) {
        add(
            factors[at],
            factors[at + innerStep],
            factors[at + 2 * innerStep],
            factors[at + 3 * innerStep],
            of[k],
            of[k + 1],
            of[k + 2],
            of[k + 3],
            copy,
            columns);
        at += BLOCK * innerStep;
      }
      for (int k = whole; k < terms.inner(); k++) {
        add(factors[at], of[k], copy, columns);
        at += innerStep;
      }
      System.arraycopy(copy, 0, sums, sumsAt + row * sumsStep, columns);
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
      float[] terms0,
      float[] terms1,
      float[] terms2,
      float[] terms3,
      float[] sums,
      int columns) {
    for (int i = 0; i < columns; i++) {
      sums[i] =
          Math.fma(
              x3,
              terms3[i],
              Math.fma(x2, terms2[i], Math.fma(x1, terms1[i], Math.fma(x0, terms0[i], sums[i]))));
    }
  }

  private static void add(float x, float[] terms, float[] sums, int columns) {
    for (int i = 0; i < columns; i++) {
      sums[i] = Math.fma(x, terms[i], sums[i]);
    }
  }
}
