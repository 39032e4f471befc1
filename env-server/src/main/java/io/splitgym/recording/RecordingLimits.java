package io.splitgym.recording;

import io.splitgym.validation.Require;

/**
 * How much is recorded.
 *
 * @param episodes at most so many are kept; what ends when there are as many is not recorded
 * @param bytes at most so many of episodes are kept, likewise
 * @param memoryBytes what the episodes that run may take in memory, all together; where they take
 *     more, those of the environment that asks for it are not recorded
 */
public record RecordingLimits(long episodes, long bytes, long memoryBytes) {
  /** 1,000,000 episodes, 1 GiB, 256 MiB. */
  public static final RecordingLimits DEFAULT = new RecordingLimits(1_000_000, 1L << 30, 1L << 28);

  public RecordingLimits {
    Require.inRange("max-recorded-episodes", episodes, 1, Long.MAX_VALUE);
    Require.inRange("max-recorded-bytes", bytes, 1, Long.MAX_VALUE);
    Require.inRange("max-recording-memory-bytes", memoryBytes, 1, Long.MAX_VALUE);
  }
}
