package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;

/** A catalogue model that isn't on this machine yet. */
public final class ModelMissingException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String model;

  ModelMissingException(String model, Path folder) {
    super("model " + model + " is not in " + folder + "; get it with: " + command(model));
    this.model = model;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** What to type to get it. */
  public String command() {
    return command(model);
  }

  private static String command(String model) {
    return "./splitgym model pull " + model;
  }
}
