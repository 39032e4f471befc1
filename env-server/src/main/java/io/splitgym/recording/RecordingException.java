package io.splitgym.recording;

/** Episodes can't be written or read, as on a full disk. */
public final class RecordingException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
