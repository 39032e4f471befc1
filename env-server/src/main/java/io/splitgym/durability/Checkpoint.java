package io.splitgym.durability;

import java.util.UUID;

/**
 * All that is needed to go on from one place of a trail.
 *
 * @param number of the last thing on the trail that is in it
 * @param document where the trail stood at one time
 * @param commands what was done since, in order
 */
@SuppressWarnings("ArrayRecordComponent") // handed from writer to reader, never compared
public record Checkpoint(UUID trail, long number, byte[] document, Commands commands) {}
