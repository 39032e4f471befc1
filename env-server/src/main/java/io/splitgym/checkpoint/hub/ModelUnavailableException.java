package io.splitgym.checkpoint.hub;

import java.io.IOException;

/** No source had the model. The message gives each source's reason and what to do. */
public final class ModelUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  ModelUnavailableException(String message) {
    super(message);
  }
}
