package io.splitgym.server;

import io.splitgym.recording.RecordingLimits;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a server keeps what outlives it, and what of it.
 *
 * @param folder which servers may share; made where missing
 * @param recordsAll whether the episodes of all environments are recorded; else of those that ask
 *     for it
 * @param recording how much of episodes
 * @param unused sessions of a port that no server has used for so long are removed; zero for never
 */
public record Storage(Path folder, boolean recordsAll, RecordingLimits recording, Duration unused) {
  /** How long sessions of an unused port are kept, unless said otherwise. */
  public static final Duration UNUSED = Duration.ofDays(30);

  public Storage {
    if (unused.isNegative()) {
      throw new InvalidValueException("keep-unused-days", unused, "at least 0");
    }
  }

  /** Everything else by default. */
  public static Storage in(Path folder) {
    return new Storage(folder, false, RecordingLimits.DEFAULT, UNUSED);
  }

  /** Where sessions are, those of each port in a folder of its own. */
  public static Path sessions(Path folder) {
    return folder.resolve("sessions");
  }

  /** Where episodes are. */
  public static Path episodes(Path folder) {
    return folder.resolve("episodes.sqlite");
  }

  Path ofPort(int port) {
    return sessions(folder).resolve("port-" + port);
  }
}
