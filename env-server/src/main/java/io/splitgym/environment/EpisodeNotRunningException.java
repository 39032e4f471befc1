package io.splitgym.environment;

/** A step was asked for before the first reset or after an episode's end. */
public final class EpisodeNotRunningException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public EpisodeNotRunningException(String message) {
    super(message);
  }
}
