package io.splitgym.matrix;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * With the processor's vectors: a tile of four rows and two vectors of columns stays in registers
 * while the sums run, so that nearly all instructions multiply and add. Loaded only where Java has
 * the module.
 */
final class VectorProducts implements Products {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= FloatVector.SPECIES_512.length()
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  /**
   * What vectors of a species are made of. Once a process has vectors of two species, Java 17's
   * compiler no longer knows a sum that comes out of a loop to be of one of them, and stores it
   * element by element through an object; a cast tells it.
   */
  private static final Class<? extends FloatVector> OWN = FloatVector.zero(SPECIES).getClass();

  private static final int LANES = SPECIES.length();
  private static final int ROWS = 4;
  private static final int PANEL = 32;
  private static final VectorSpecies<Float> OF_PARTS =
      LANES < PARTS ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;
  private static final Class<? extends FloatVector> OWN_OF_PARTS =
      FloatVector.zero(OF_PARTS).getClass();

  @Override
  public String description() {
    return "vectors of " + LANES;
  }

  /**
   * Terms in panels as wide as a tile, each with its rows behind each other: it stays in the
   * processor's nearest cache while the rows of the sums pass.
   *
   * @param values panel by panel, [inner, columns of the panel]
   */
  @SuppressWarnings("ArrayRecordComponent") // read in place
  record Panels(float[] values, int inner, int columns) implements Prepared {}

  @Override
  public Prepared prepare(float[] terms, int inner, int columns) {
    float[] values = new float[inner * columns];
    for (int panel = 0; panel < columns; panel += PANEL) {
      int width = Math.min(PANEL, columns - panel);
      for (int k = 0; k < inner; k++) {
        System.arraycopy(terms, k * columns + panel, values, panel * inner + k * width, width);
      }
    }
    return new Panels(values, inner, columns);
  }

  @Override
  public void add(
      float[] factors, int rowStep, Prepared terms, float[] sums, int sumsStep, int rows) {
    if (!(terms instanceof Panels own)) {
      throw new IllegalArgumentException("the terms were prepared for other products");
    }
    int inner = own.inner();
    for (int panel = 0; panel < own.columns(); panel += PANEL) {
      int width = Math.min(PANEL, own.columns() - panel);
      add(
          factors,
          0,
          rowStep,
          1,
          own.values(),
          panel * inner,
          width,
          sums,
          panel,
          sumsStep,
          rows,
          inner,
          width);
    }
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
    int wholeRows = rows / ROWS * ROWS;
    int column = 0;
    for (; column + 2 * LANES <= columns; column += 2 * LANES) {
      for (int row = 0; row < wholeRows; row += ROWS) {
        fourByTwo(
            factors,
            factorsAt + row * rowStep,
            rowStep,
            innerStep,
            terms,
            termsAt + column,
            termsStep,
            sums,
            sumsAt + row * sumsStep + column,
            sumsStep,
            inner);
      }
      for (int row = wholeRows; row < rows; row++) {
        oneByTwo(
            factors,
            factorsAt + row * rowStep,
            innerStep,
            terms,
            termsAt + column,
            termsStep,
            sums,
            sumsAt + row * sumsStep + column,
            inner);
      }
    }
    if (column + LANES <= columns) {
      for (int row = 0; row < wholeRows; row += ROWS) {
        fourByOne(
            factors,
            factorsAt + row * rowStep,
            rowStep,
            innerStep,
            terms,
            termsAt + column,
            termsStep,
            sums,
            sumsAt + row * sumsStep + column,
            sumsStep,
            inner);
      }
      for (int row = wholeRows; row < rows; row++) {
        oneByOne(
            factors,
            factorsAt + row * rowStep,
            innerStep,
            terms,
            termsAt + column,
            termsStep,
            sums,
            sumsAt + row * sumsStep + column,
            inner);
      }
      column += LANES;
    }
    if (column < columns) {
      for (int row = 0; row < rows; row++) {
        for (int k = 0; k < inner; k++) {
          float factor = factors[factorsAt + row * rowStep + k * innerStep];
          for (int i = column; i < columns; i++) {
            int sum = sumsAt + row * sumsStep + i;
            sums[sum] = Math.fma(factor, terms[termsAt + k * termsStep + i], sums[sum]);
          }
        }
      }
    }
  }

  @Override
  public float scalar(
      float[] first, int firstAt, float[] second, int secondAt, int count, float[] parts) {
    for (int part = 0; part < PARTS; part += OF_PARTS.length()) {
      FloatVector sum = FloatVector.zero(OF_PARTS);
      for (int i = part; i < count; i += PARTS) {
        sum =
            FloatVector.fromArray(OF_PARTS, first, firstAt + i)
                .fma(FloatVector.fromArray(OF_PARTS, second, secondAt + i), sum);
      }
      OWN_OF_PARTS.cast(sum).intoArray(parts, part);
    }
    return PlainProducts.pairwise(
        parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7]);
  }

  private static void store(FloatVector sum, float[] sums, int at) {
    OWN.cast(sum).intoArray(sums, at);
  }

  private static void fourByTwo(
      float[] factors,
      int first,
      int rowStep,
      int innerStep,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int sumsStep,
      int inner) {
    int second = first + rowStep;
    int third = second + rowStep;
    int fourth = third + rowStep;
    int sumsSecond = sumsAt + sumsStep;
    int sumsThird = sumsSecond + sumsStep;
    int sumsFourth = sumsThird + sumsStep;
    FloatVector s00 = FloatVector.fromArray(SPECIES, sums, sumsAt);
    FloatVector s01 = FloatVector.fromArray(SPECIES, sums, sumsAt + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, sums, sumsSecond);
    FloatVector s11 = FloatVector.fromArray(SPECIES, sums, sumsSecond + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, sums, sumsThird);
    FloatVector s21 = FloatVector.fromArray(SPECIES, sums, sumsThird + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, sums, sumsFourth);
    FloatVector s31 = FloatVector.fromArray(SPECIES, sums, sumsFourth + LANES);
    int at = 0;
    int term = termsAt;
    for (int k = 0; k < inner; k++) {
      FloatVector t0 = FloatVector.fromArray(SPECIES, terms, term);
      FloatVector t1 = FloatVector.fromArray(SPECIES, terms, term + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, factors[first + at]);
      s00 = x0.fma(t0, s00);
      s01 = x0.fma(t1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, factors[second + at]);
      s10 = x1.fma(t0, s10);
      s11 = x1.fma(t1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, factors[third + at]);
      s20 = x2.fma(t0, s20);
      s21 = x2.fma(t1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, factors[fourth + at]);
      s30 = x3.fma(t0, s30);
      s31 = x3.fma(t1, s31);
      at += innerStep;
      term += termsStep;
    }
    store(s00, sums, sumsAt);
    store(s01, sums, sumsAt + LANES);
    store(s10, sums, sumsSecond);
    store(s11, sums, sumsSecond + LANES);
    store(s20, sums, sumsThird);
    store(s21, sums, sumsThird + LANES);
    store(s30, sums, sumsFourth);
    store(s31, sums, sumsFourth + LANES);
  }

  private static void oneByTwo(
      float[] factors,
      int factorsAt,
      int innerStep,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int inner) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, sums, sumsAt);
    FloatVector s1 = FloatVector.fromArray(SPECIES, sums, sumsAt + LANES);
    int at = factorsAt;
    int term = termsAt;
    for (int k = 0; k < inner; k++) {
      FloatVector x = FloatVector.broadcast(SPECIES, factors[at]);
      s0 = x.fma(FloatVector.fromArray(SPECIES, terms, term), s0);
      s1 = x.fma(FloatVector.fromArray(SPECIES, terms, term + LANES), s1);
      at += innerStep;
      term += termsStep;
    }
    store(s0, sums, sumsAt);
    store(s1, sums, sumsAt + LANES);
  }

  private static void fourByOne(
      float[] factors,
      int first,
      int rowStep,
      int innerStep,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int sumsStep,
      int inner) {
    int second = first + rowStep;
    int third = second + rowStep;
    int fourth = third + rowStep;
    FloatVector s0 = FloatVector.fromArray(SPECIES, sums, sumsAt);
    FloatVector s1 = FloatVector.fromArray(SPECIES, sums, sumsAt + sumsStep);
    FloatVector s2 = FloatVector.fromArray(SPECIES, sums, sumsAt + 2 * sumsStep);
    FloatVector s3 = FloatVector.fromArray(SPECIES, sums, sumsAt + 3 * sumsStep);
    int at = 0;
    int term = termsAt;
    for (int k = 0; k < inner; k++) {
      FloatVector t = FloatVector.fromArray(SPECIES, terms, term);
      s0 = FloatVector.broadcast(SPECIES, factors[first + at]).fma(t, s0);
      s1 = FloatVector.broadcast(SPECIES, factors[second + at]).fma(t, s1);
      s2 = FloatVector.broadcast(SPECIES, factors[third + at]).fma(t, s2);
      s3 = FloatVector.broadcast(SPECIES, factors[fourth + at]).fma(t, s3);
      at += innerStep;
      term += termsStep;
    }
    store(s0, sums, sumsAt);
    store(s1, sums, sumsAt + sumsStep);
    store(s2, sums, sumsAt + 2 * sumsStep);
    store(s3, sums, sumsAt + 3 * sumsStep);
  }

  private static void oneByOne(
      float[] factors,
      int factorsAt,
      int innerStep,
      float[] terms,
      int termsAt,
      int termsStep,
      float[] sums,
      int sumsAt,
      int inner) {
    FloatVector s = FloatVector.fromArray(SPECIES, sums, sumsAt);
    int at = factorsAt;
    int term = termsAt;
    for (int k = 0; k < inner; k++) {
      FloatVector t = FloatVector.fromArray(SPECIES, terms, term);
      s = FloatVector.broadcast(SPECIES, factors[at]).fma(t, s);
      at += innerStep;
      term += termsStep;
    }
    store(s, sums, sumsAt);
  }
}
