package io.splitgym.environment;

import io.splitgym.space.SpaceElement;
import java.util.Map;

/**
 * The start of an episode.
 *
 * @param info ordered and deterministic: the same seed and actions give the same info
 */
public record ResetResult(SpaceElement observation, Map<String, Object> info) {}
