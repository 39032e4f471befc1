package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import io.splitgym.checkpoint.MalformedCheckpointException;

/**
 * One layer: attention with rotary positions and grouped queries, then a SwiGLU feed-forward
 * network, each behind an RMSNorm and added to its input. Weights are [outputs, inputs].
 */
record LlamaLayer(
    TransformerShape shape,
    RootMeanSquareNorm attentionNorm,
    NDArray query,
    NDArray key,
    NDArray value,
    NDArray attentionOutput,
    RootMeanSquareNorm feedForwardNorm,
    NDArray gate,
    NDArray up,
    NDArray down) {

  static LlamaLayer load(WeightReader weights, int layer) throws MalformedCheckpointException {
    TransformerShape shape = weights.shape();
    String prefix = "blk." + layer + ".";
    int hidden = shape.hidden();
    int keyValue = shape.keyValueHeads() * shape.headSize();
    return new LlamaLayer(
        shape,
        weights.norm(prefix + "attn_norm.weight"),
        weights.matrix(prefix + "attn_q.weight", hidden, hidden),
        weights.matrix(prefix + "attn_k.weight", keyValue, hidden),
        weights.matrix(prefix + "attn_v.weight", keyValue, hidden),
        weights.matrix(prefix + "attn_output.weight", hidden, hidden),
        weights.norm(prefix + "ffn_norm.weight"),
        weights.matrix(prefix + "ffn_gate.weight", shape.feedForward(), hidden),
        weights.matrix(prefix + "ffn_up.weight", shape.feedForward(), hidden),
        weights.matrix(prefix + "ffn_down.weight", hidden, shape.feedForward()));
  }

  /**
   * @param state [B * T, D]; not changed
   * @return [B * T, D]
   */
  NDArray apply(NDArray state, AttentionTables tables, int batch, int length) {
    NDArray attended = state.add(attention(attentionNorm.apply(state), tables, batch, length));
    return attended.add(feedForward(feedForwardNorm.apply(attended)));
  }

  private NDArray attention(NDArray normed, AttentionTables tables, int batch, int length) {
    int keyValueHeads = shape.keyValueHeads();
    int group = shape.heads() / keyValueHeads;
    int size = shape.headSize();
    // The query heads that share a key-value head stand in one matrix, one below the other.
    NDArray queries =
        tables
            .rotate(heads(linear(normed, query), shape.heads(), batch, length))
            .muli((float) (1 / Math.sqrt(size)))
            .reshape(batch, keyValueHeads, (long) group * length, size);
    NDArray keys = tables.rotate(heads(linear(normed, key), keyValueHeads, batch, length));
    NDArray values = heads(linear(normed, value), keyValueHeads, batch, length);
    NDArray scores = queries.matMul(keys.transpose(0, 1, 3, 2)).addi(tables.mask());
    NDArray mixed =
        scores
            .softmax(-1)
            .matMul(values)
            .reshape(batch, shape.heads(), length, size)
            .transpose(0, 2, 1, 3)
            .reshape((long) batch * length, shape.hidden());
    return linear(mixed, attentionOutput);
  }

  private NDArray feedForward(NDArray normed) {
    NDArray gated = Activation.swish(linear(normed, gate), 1f);
    return linear(gated.muli(linear(normed, up)), down);
  }

  /** [B * T, H * size] to [B, H, T, size]. */
  private NDArray heads(NDArray rows, int count, int batch, int length) {
    return rows.reshape(batch, length, count, shape.headSize()).transpose(0, 2, 1, 3);
  }

  private static NDArray linear(NDArray rows, NDArray weight) {
    return Linear.linear(rows, weight).singletonOrThrow();
  }
}
