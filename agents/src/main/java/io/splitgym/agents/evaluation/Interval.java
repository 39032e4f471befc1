package io.splitgym.agents.evaluation;

/**
 * An estimate and how sure it is.
 *
 * @param mean the estimate
 * @param low where its 95 % interval starts
 * @param high where it ends
 */
public record Interval(double mean, double low, double high) {}
