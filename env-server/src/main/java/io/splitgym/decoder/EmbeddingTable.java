package io.splitgym.decoder;

import io.splitgym.checkpoint.CheckpointTensor;

/**
 * Makes hidden states of tokens. Its rows stay where the checkpoint has them, for a window needs
 * few.
 *
 * @param rows [V, D]
 * @param scale that rows are multiplied by
 * @param positions [context, D], row-major, added to the rows; empty where layers turn by angles
 */
record EmbeddingTable(CheckpointTensor rows, float scale, float[] positions) {
  /**
   * @param tokens T ids in [0, V)
   * @param first the place of the first of them in its window
   * @return T * D, row-major
   */
  float[] of(int[] tokens, int first) {
    int hidden = rows.shape().get(1);
    float[] states = new float[tokens.length * hidden];
    float[] row = new float[hidden];
    for (int place = 0; place < tokens.length; place++) {
      rows.rows(tokens[place], 1, row);
      for (int i = 0; i < hidden; i++) {
        int at = place * hidden + i;
        float value = scale == 1 ? row[i] : row[i] * scale;
        states[at] = positions.length == 0 ? value : value + positions[first * hidden + at];
      }
    }
    return states;
  }
}
