package io.splitgym.environment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a vector after a reset. The arrays are read, never written.
 *
 * @param observations [n, width] float32, row by row; those of environments that weren't reset are
 *     what they were
 * @param width how many values an observation has
 * @param infos by name, of those that were reset
 */
@SuppressWarnings("ArrayRecordComponent") // shared, so that a step copies nothing
public record VectorResetResult(float[] observations, int width, Map<String, VectorColumn> infos) {
  public VectorResetResult {
    infos = Collections.unmodifiableMap(new LinkedHashMap<>(infos));
  }
}
