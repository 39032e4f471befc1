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
  private static final int LANES = SPECIES.length();
  private static final int ROWS = 4;
  private static final int PANEL = 32;
  private static final VectorSpecies<Float> OF_PARTS =
      LANES < PARTS ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

  @Override
  public String description() {
    return "vectors of " + LANES;
  }

  /** As wide as a tile, so that a tile's rows lie behind each other. */
  @Override
  public int panel(int columns) {
    return Math.min(columns, PANEL);
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
          PlainProducts.add(
              factors[factorsAt + row * rowStep + k * innerStep],
              terms,
              termsAt + k * termsStep + column,
              sums,
              sumsAt + row * sumsStep + column,
              columns - column);
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
      sum.intoArray(parts, part);
    }
    return PlainProducts.pairwise(
        parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7]);
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
    s00.intoArray(sums, sumsAt);
    s01.intoArray(sums, sumsAt + LANES);
    s10.intoArray(sums, sumsSecond);
    s11.intoArray(sums, sumsSecond + LANES);
    s20.intoArray(sums, sumsThird);
    s21.intoArray(sums, sumsThird + LANES);
    s30.intoArray(sums, sumsFourth);
    s31.intoArray(sums, sumsFourth + LANES);
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
    s0.intoArray(sums, sumsAt);
    s1.intoArray(sums, sumsAt + LANES);
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
    s0.intoArray(sums, sumsAt);
    s1.intoArray(sums, sumsAt + sumsStep);
    s2.intoArray(sums, sumsAt + 2 * sumsStep);
    s3.intoArray(sums, sumsAt + 3 * sumsStep);
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
    s.intoArray(sums, sumsAt);
  }
}
