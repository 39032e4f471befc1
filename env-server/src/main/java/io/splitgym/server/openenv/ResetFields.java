package io.splitgym.server.openenv;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.wire.ResetRequest;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a reset asks for. OpenEnv names the seed and the episode; whatever else it brings is for the
 * environment: {@code options} for the start, the rest for the environment's making.
 *
 * @param seed at least 0; null goes on from where the environment's randomness stands
 * @param episodeId what the caller calls the episode; null leaves the choice to the server
 * @param options what fixes the start, by name
 * @param creation spec, backend, preset and parameters, by name
 */
record ResetFields(
    @Nullable Long seed,
    @Nullable String episodeId,
    Map<String, Object> options,
    Map<String, Object> creation) {
  static final String EPISODE_ID = "episode_id";

  private static final String SEED = "seed";
  private static final String OPTIONS = "options";
  private static final int LONGEST_ID = 255;

  /**
   * From a message's data; a field that is null counts as left out.
   *
   * @throws MalformedRequestException if a field that OpenEnv names has the wrong type
   * @throws InvalidValueException if its value isn't allowed
   */
  static ResetFields of(Map<String, @Nullable Object> data) {
    Map<String, Object> creation = new LinkedHashMap<>();
    data.forEach(
        (name, value) -> {
          if (value != null) {
            creation.put(name, value);
          }
        });
    Map<String, @Nullable Object> start = new LinkedHashMap<>();
    for (String name : new String[] {SEED, OPTIONS}) {
      start.put(name, creation.remove(name));
    }
    ResetRequest request = ResetRequest.of(start);
    Long seed = request.seed();
    if (seed != null) {
      Require.inRange(SEED, seed, 0, Long.MAX_VALUE);
    }
    String episodeId = episodeId(creation.remove(EPISODE_ID));
    return new ResetFields(
        seed, episodeId, request.options(), Collections.unmodifiableMap(creation));
  }

  /**
   * An episode's name.
   *
   * @throws MalformedRequestException if it isn't a text
   * @throws InvalidValueException if it is empty or too long
   */
  static @Nullable String episodeId(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (!(value instanceof String id)) {
      throw MalformedRequestException.wrongType(EPISODE_ID, value, "a text");
    }
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      throw new InvalidValueException(
          EPISODE_ID, id, "a text of 1 to " + LONGEST_ID + " characters");
    }
    return id;
  }
}
