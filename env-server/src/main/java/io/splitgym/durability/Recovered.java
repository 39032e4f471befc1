package io.splitgym.durability;

/**
 * A trail that an earlier process left.
 *
 * @param trail to go on with
 * @param checkpoint where it ended
 */
public record Recovered(Trail trail, Checkpoint checkpoint) {}
