package io.splitgym.matrix;

/**
 * Sums of products of matrices that lie in arrays. Each element is added up from left to right in
 * fused multiplications and additions, which Java defines to the bit; elements beside each other
 * are worked on side by side, and none is split. So an element is the same on every machine, in
 * every implementation, and whatever stands beside it.
 */
public sealed interface Products permits PlainProducts, VectorProducts {
  /**
   * With vectors where Java was started with {@code --add-modules jdk.incubator.vector}, as the
   * launchers start it where they can, else in plain loops.
   */
  static Products ofThisJava() {
    return OfThisJava.PRODUCTS;
  }

  /** What it is made of, in words. */
  String description();

  /**
   * sums(r, c) += factors(r, 0) terms(0, c) + factors(r, 1) terms(1, c) + ..., from left to right.
   *
   * @param factors [rows, inner], element (r, k) at {@code factorsAt + r rowStep + k innerStep}
   * @param terms [inner, columns], element (k, c) at {@code termsAt + k termsStep + c}
   * @param sums [rows, columns], element (r, c) at {@code sumsAt + r sumsStep + c}; none of the
   *     other arrays
   */
  void add(
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
      int columns);

  /**
   * The scalar product of two vectors, in {@value #PARTS} parts: part i has the elements i, i +
   * {@value #PARTS} and so on, from left to right; then the parts' second half is added to the
   * first, and so on until one is left.
   *
   * @param count a multiple of {@value #PARTS}
   * @param parts room for {@value #PARTS} numbers
   */
  float scalar(float[] first, int firstAt, float[] second, int secondAt, int count, float[] parts);

  /** Of a scalar product. */
  int PARTS = 8;

  /** The longest vector of a processor: columns are best whole multiples of it. */
  int WHOLE = 16;

  /** Terms that stay as they are, laid out as one implementation has them best. */
  sealed interface Prepared permits PlainProducts.Rows, VectorProducts.Panels {}

  /**
   * Prepares terms for {@link #add(float[], int, Prepared, float[], int, int)} of this
   * implementation.
   *
   * @param terms [inner, columns], copied
   */
  Prepared prepare(float[] terms, int inner, int columns);

  /**
   * As the other method, with terms that were prepared.
   *
   * @param factors [rows, inner], element (r, k) at {@code r rowStep + k}
   * @param sums [rows, columns], element (r, c) at {@code r sumsStep + c}
   * @throws IllegalArgumentException if another implementation prepared the terms
   */
  void add(float[] factors, int rowStep, Prepared terms, float[] sums, int sumsStep, int rows);

  /** Chosen once. */
  final class OfThisJava {
    private static final Products PRODUCTS =
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            ? new VectorProducts()
            : new PlainProducts();

    private OfThisJava() {}
  }
}
