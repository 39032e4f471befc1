package io.splitgym.agents.evaluation;

/**
 * The seeds by which published numbers are made, so that they can be compared: those to train with
 * and the one that fixes the episodes to test in. A test episode is played after a reset with
 * {@link Episodes#environmentSeed}; the leaderboard lists these seeds for clients in other
 * languages.
 */
public final class BenchmarkSeeds {
  /** The first seed of training; the others follow it. */
  public static final long FIRST_TRAINING_SEED = 1;

  /** How many seeds to train with. */
  public static final int TRAINING_SEEDS = 10;

  /** Fixes the test episodes, and the resampling behind intervals. */
  public static final long TEST_SEED = 20260101;

  /** How many test episodes there are. */
  public static final int TEST_EPISODES = 200;

  private BenchmarkSeeds() {}
}
