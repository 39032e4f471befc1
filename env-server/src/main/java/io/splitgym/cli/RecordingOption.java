package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.cli.configuration.Within;
import io.splitgym.recording.RecordingLimits;
import picocli.CommandLine.Option;

/** Whether a server records episodes, and how many. */
@Configurable
final class RecordingOption {
  private static final long MOST_BYTES = 1L << 50;

  @Option(
      names = "--record-episodes",
      description =
          "Record the finished episodes of every environment, unless it is created with record:"
              + " false. Without it, those of environments that are created with record: true.")
  private boolean recordEpisodes;

  @Option(
      names = "--max-recorded-episodes",
      paramLabel = "N",
      defaultValue = "1000000",
      description =
          "Episodes that the data folder may hold; what ends then is counted as missed and not"
              + " recorded (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = Integer.MAX_VALUE)
  private int maxRecordedEpisodes;

  @Option(
      names = "--max-recorded-bytes",
      paramLabel = "N",
      defaultValue = "1073741824",
      description = "Bytes that they may take, likewise (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_BYTES)
  private long maxRecordedBytes;

  @Option(
      names = "--max-recording-memory-bytes",
      paramLabel = "N",
      defaultValue = "268435456",
      description =
          "Memory for the running episodes of recorded environments, a guess; those that find none"
              + " are missed (default: ${DEFAULT-VALUE}).")
  @Within(low = 1, high = MOST_BYTES)
  private long maxRecordingMemoryBytes;

  boolean always() {
    return recordEpisodes;
  }

  RecordingLimits limits() {
    return new RecordingLimits(maxRecordedEpisodes, maxRecordedBytes, maxRecordingMemoryBytes);
  }
}
