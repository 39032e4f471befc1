package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One layer: attention, then a feed-forward network, each behind a norm and added to its input.
 *
 * @param afterAttention a norm between attention and the sum; null where the family has none
 * @param afterFeedForward likewise behind the network
 * @param arrays all weights above that are arrays
 * @param packedBytes what those take that aren't
 * @param whenFreed frees those, and gives the memory of the others back
 */
record Layer(
    Norm attentionNorm,
    Attention attention,
    @Nullable Norm afterAttention,
    Norm feedForwardNorm,
    FeedForward feedForward,
    @Nullable Norm afterFeedForward,
    List<NDArray> arrays,
    long packedBytes,
    Runnable whenFreed)
    implements SharedArrays.Item {
  /**
   * @param state [B * T, D]; not changed
   * @param tables for T tokens that look at those and at the past's
   * @param past what came before, of one window
   * @return [B * T, D]
   */
  NDArray apply(NDArray state, AttentionTables tables, int batch, int length, Past past) {
    NDArray attended =
        alone(
            () ->
                state.add(
                    normed(
                        afterAttention,
                        attention.apply(attentionNorm.apply(state), tables, batch, length, past))));
    return alone(
        () ->
            attended.add(
                normed(afterFeedForward, feedForward.apply(feedForwardNorm.apply(attended)))));
  }

  /** What comes out stays, all else that was made for it goes at once. */
  private static NDArray alone(Supplier<NDArray> part) {
    NDArray result;
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      result = part.get();
      NDScope.unregister(result);
    }
    NDScope.register(result);
    return result;
  }

  @Override
  public void freed() {
    whenFreed.run();
  }

  @Override
  public long bytes() {
    return SharedArrays.Item.super.bytes() + packedBytes;
  }

  private static NDArray normed(@Nullable Norm norm, NDArray rows) {
    return norm == null ? rows : norm.apply(rows);
  }
}
