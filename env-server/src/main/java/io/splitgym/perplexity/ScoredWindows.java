package io.splitgym.perplexity;

/**
 * Windows that run through the layers together.
 *
 * @param tokens [B][T] ids
 * @param firstScored the first place in each that is scored
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record ScoredWindows(int[][] tokens, int firstScored) {}
