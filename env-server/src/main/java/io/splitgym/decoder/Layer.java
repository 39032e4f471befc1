package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * One layer: attention, then a feed-forward network, each behind a norm and added to its input.
 *
 * @param afterAttention a norm between attention and the sum; null where the family has none
 * @param afterFeedForward likewise behind the network
 * @param weights hold the arrays of all of the above
 */
record Layer(
    Norm attentionNorm,
    Attention attention,
    @Nullable Norm afterAttention,
    Norm feedForwardNorm,
    FeedForward feedForward,
    @Nullable Norm afterFeedForward,
    WeightReader weights)
    implements HeldWeights {
  /**
   * @param state [B * T, D]; not changed
   * @param tables for T tokens that look at those and at the past's
   * @param past what came before, of one window
   * @return [B * T, D]
   */
  NDArray apply(NDArray state, AttentionTables tables, int batch, int length, Past past) {
    NDArray attended =
        Alone.result(
            () ->
                state.add(
                    normed(
                        afterAttention,
                        attention.apply(attentionNorm.apply(state), tables, batch, length, past))));
    return Alone.result(
        () ->
            attended.add(
                normed(afterFeedForward, feedForward.apply(feedForwardNorm.apply(attended)))));
  }

  private static NDArray normed(@Nullable Norm norm, NDArray rows) {
    return norm == null ? rows : norm.apply(rows);
  }
}
