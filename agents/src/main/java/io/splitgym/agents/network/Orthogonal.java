package io.splitgym.agents.network;

import io.splitgym.random.RandomStream;

/** Random matrices with orthonormal rows or columns, whichever are fewer. */
final class Orthogonal {
  private Orthogonal() {}

  /**
   * By Gram and Schmidt from independent normal numbers, which makes every such matrix equally
   * probable; projected twice, as once leaves rounding errors.
   *
   * @return [rows][columns]
   */
  static double[][] matrix(int rows, int columns, RandomStream random) {
    boolean wide = rows <= columns;
    int vectors = wide ? rows : columns;
    int length = wide ? columns : rows;
    double[][] basis = new double[vectors][length];
    for (int i = 0; i < vectors; i++) {
      for (int k = 0; k < length; k++) {
        basis[i][k] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double along = dot(basis[i], basis[j]);
          for (int k = 0; k < length; k++) {
            basis[i][k] -= along * basis[j][k];
          }
        }
        double norm = Math.sqrt(dot(basis[i], basis[i]));
        for (int k = 0; k < length; k++) {
          basis[i][k] /= norm;
        }
      }
    }
    if (wide) {
      return basis;
    }
    double[][] transposed = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < columns; k++) {
        transposed[i][k] = basis[k][i];
      }
    }
    return transposed;
  }

  private static double dot(double[] first, double[] second) {
    double sum = 0;
    for (int k = 0; k < first.length; k++) {
      sum += first[k] * second[k];
    }
    return sum;
  }
}
