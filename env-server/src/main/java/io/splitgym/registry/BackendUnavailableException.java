package io.splitgym.registry;

/** A backend needs something that isn't on this machine yet, such as a model's weights. */
public final class BackendUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String command;

  /**
   * @param message what is missing
   * @param command the command line that makes it available
   */
  public BackendUnavailableException(String message, String command) {
    super(message);
    this.command = command;
  }

  /** The command line that makes the backend available. */
  public String command() {
    return command;
  }
}
