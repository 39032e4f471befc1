package io.splitgym.durability;

import org.jspecify.annotations.Nullable;

/** What should have been kept couldn't be written or read, as on a full disk. */
public final class DurabilityException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  DurabilityException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
