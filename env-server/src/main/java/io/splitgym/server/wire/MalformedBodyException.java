package io.splitgym.server.wire;

/** A body that isn't one object in the encoding that it came in. */
public final class MalformedBodyException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public MalformedBodyException(String message) {
    super(message);
  }
}
