package io.splitgym.session;

import io.splitgym.validation.InvalidValueException;
import org.jspecify.annotations.Nullable;

/**
 * What answers here now is not what answered the steps so far, so an environment can't go on from
 * them as if nothing had been. It stays as it is, and goes on where the other model answers again.
 */
public final class OtherModelException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String expected;
  private final @Nullable String found;

  private OtherModelException(
      String message, String expected, @Nullable String found, @Nullable Throwable cause) {
    super(message, cause);
    this.expected = expected;
    this.found = found;
  }

  /**
   * @param free undoes what was made, if it is of another model
   * @throws OtherModelException if it is
   */
  static void requireOfSession(String now, String began, Runnable free) {
    if (!now.equals(began)) {
      free.run();
      throw new OtherModelException(
          "the environment began on the model with the fingerprint "
              + began
              + ", and this server answers with "
              + now
              + "; it stays as it is, and goes on once a server with the former has it",
          began,
          now,
          null);
    }
  }

  /**
   * @throws OtherModelException if a state is that of an environment on another model
   */
  static void requireOfState(String ofState, String ofEnvironment) {
    if (!ofState.equals(ofEnvironment)) {
      throw new OtherModelException(
          "the state is one of an environment on the model with the fingerprint "
              + ofState
              + ", and here "
              + ofEnvironment
              + " answers",
          ofEnvironment,
          ofState,
          null);
    }
  }

  /** For a session that the model of today doesn't even admit. */
  static OtherModelException refused(String began, InvalidValueException refusal) {
    return new OtherModelException(
        "the environment began on the model with the fingerprint "
            + began
            + ", and with what this server answers with it can't be made: "
            + refusal.getMessage()
            + "; it stays as it is, and goes on once a server with that model has it",
        began,
        null,
        refusal);
  }

  /** For a session whose calls, carried out again, led elsewhere. */
  static OtherModelException elsewhere(String began) {
    return new OtherModelException(
        "the environment's calls, carried out again on the model with the fingerprint "
            + began
            + ", gave other values than they had given; it stays as it is, and goes on with the"
            + " program, and on the kind of machine, that gave the former",
        began,
        null,
        null);
  }

  /** The fingerprint that would do. */
  public String expected() {
    return expected;
  }

  /** The fingerprint that there is; null where that isn't what is in the way. */
  public @Nullable String found() {
    return found;
  }
}
