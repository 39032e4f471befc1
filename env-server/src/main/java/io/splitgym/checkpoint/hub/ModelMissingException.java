package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;

/** A catalogue model that isn't on this machine yet. */
public final class ModelMissingException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final String command;

  ModelMissingException(CatalogueModel model, Path folder) {
    super(
        "model "
            + model.name()
            + " is not in "
            + folder
            + termsOf(model)
            + "; get it with: "
            + model.pullCommand());
    this.reason = "the model " + model.name() + " is not on this machine" + termsOf(model);
    this.command = model.pullCommand();
  }

  private static String termsOf(CatalogueModel model) {
    return model
        .terms()
        .map(terms -> " (it comes under the " + terms.name() + ", " + terms.address() + ")")
        .orElse("");
  }

  /** What is missing, for someone who needn't know this machine's folders. */
  public String reason() {
    return reason;
  }

  /** What to type to get it. */
  public String command() {
    return command;
  }
}
