package io.splitgym.measurement;

import org.jspecify.annotations.Nullable;

/** The file of measurements can't be used; the message names it and says why. */
public final class MeasurementStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MeasurementStoreException(String message, @Nullable Throwable cause) {
    super(cause == null ? message : message + ": " + cause.getMessage(), cause);
  }
}
