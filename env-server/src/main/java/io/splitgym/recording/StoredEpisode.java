package io.splitgym.recording;

import java.time.Instant;

/**
 * An episode that is kept, without its steps.
 *
 * @param id episodes are listed by it; a later one has a greater one
 * @param index which environment of a vector it is of; 0 for a single one
 * @param steps how many it has
 * @param totalReward the sum of its rewards
 * @param recorded when it ended
 * @param bytes that it takes
 */
public record StoredEpisode(
    long id,
    RecordedEnvironment environment,
    int index,
    int steps,
    double totalReward,
    boolean terminated,
    boolean truncated,
    Instant recorded,
    long bytes) {}
