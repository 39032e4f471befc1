package io.splitgym.environment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a step of a vector of n environments led to. The arrays are read, never written.
 *
 * @param observations [n, width] float32, row by row
 * @param width how many values an observation has
 * @param rewards [n], finite
 * @param terminations [n]
 * @param truncations [n]
 * @param infos by name
 */
@SuppressWarnings("ArrayRecordComponent") // shared, so that a step copies nothing
public record VectorStepResult(
    float[] observations,
    int width,
    double[] rewards,
    boolean[] terminations,
    boolean[] truncations,
    Map<String, VectorColumn> infos) {
  public VectorStepResult {
    infos = Collections.unmodifiableMap(new LinkedHashMap<>(infos));
  }
}
