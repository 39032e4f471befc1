package io.splitgym.decoder;

/**
 * The floating-point operations of matrix products, two for each multiply-add, when windows run
 * through the decoder. Attention is counted as it is computed: all T x T scores, masked or not.
 *
 * @param windows B
 * @param length T
 */
public record ForwardCost(TransformerShape shape, int windows, int length) {
  /** Of one layer. */
  public double layer() {
    double hidden = shape.hidden();
    double queries = (double) shape.heads() * shape.headSize();
    double keyValue = (double) shape.keyValueHeads() * shape.headSize();
    double projections = 2 * hidden * queries + 2 * hidden * keyValue;
    double feedForward = (shape.gated() ? 3 : 2) * hidden * shape.feedForward();
    double attention = 2.0 * length * queries;
    return 2.0 * windows * length * (projections + feedForward + attention);
  }

  /** Of the head, over that many rows. */
  public double head(long rows) {
    return 2.0 * rows * shape.hidden() * shape.vocabulary();
  }
}
