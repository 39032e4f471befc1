package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * Attention with grouped queries (Ainslie et al., 2023).
 *
 * @param positions what {@link #apply} needs the tables of
 * @param queryNorm of each head's queries before they are rotated; null where the family has none
 * @param keyNorm likewise of keys
 * @param scale that queries are multiplied by
 */
record Attention(
    TransformerShape shape,
    Positions positions,
    Arithmetic arithmetic,
    Projection query,
    Projection key,
    Projection value,
    Projection output,
    @Nullable Norm queryNorm,
    @Nullable Norm keyNorm,
    float scale) {
  /**
   * @param normed [B * T, D]
   * @param tables of these positions, for T tokens that look at those and at the past's
   * @param past what came before, of one window
   * @return [B * T, D]
   */
  NDArray apply(NDArray normed, AttentionTables tables, int batch, int length, Past past) {
    int keyValueHeads = shape.keyValueHeads();
    int group = shape.heads() / keyValueHeads;
    int size = shape.headSize();
    // The query heads that share a key-value head stand in one matrix, one below the other.
    NDArray queries =
        tables
            .rotate(heads(normed(query.apply(normed), queryNorm), shape.heads(), batch, length))
            .reshape(batch, keyValueHeads, (long) group * length, size);
    Past.KeysAndValues all =
        past.with(
            tables.rotate(heads(normed(key.apply(normed), keyNorm), keyValueHeads, batch, length)),
            heads(value.apply(normed), keyValueHeads, batch, length));
    NDArray mixed =
        arithmetic
            .attend(queries, all.keys(), all.values(), tables.mask(), scale)
            .reshape(batch, shape.heads(), length, size)
            .transpose(0, 2, 1, 3)
            .reshape((long) batch * length, (long) shape.heads() * size);
    return output.apply(mixed);
  }

  /** [B * T, H * size], each head's part normed on its own. */
  private NDArray normed(NDArray rows, @Nullable Norm norm) {
    return norm == null
        ? rows
        : norm.apply(rows.reshape(-1, shape.headSize())).reshape(rows.getShape());
  }

  /** [B * T, H * size] to [B, H, T, size]. */
  private NDArray heads(NDArray rows, int count, int batch, int length) {
    return rows.reshape(batch, length, count, shape.headSize()).transpose(0, 2, 1, 3);
  }
}
