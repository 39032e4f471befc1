package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The real model for tests that need one: pulled once into this user's standard folder, where the
 * next run finds it.
 */
public final class RealModel {
  private RealModel() {}

  /**
   * SmolLM2-135M-Instruct's verified file. The calling test is skipped, with every source's reason,
   * when the model isn't here and can't be had.
   */
  public static Path smollm2() {
    Outcome outcome = Smollm2.OUTCOME;
    if (outcome instanceof Missing missing) {
      return Assumptions.abort("skipped, since the real model can't be had: " + missing.reason());
    }
    return ((Here) outcome).file();
  }

  private sealed interface Outcome {}

  private record Here(Path file) implements Outcome {}

  private record Missing(String reason) implements Outcome {}

  /** Looked for when first needed, and once only: a machine without a network isn't asked twice. */
  private static final class Smollm2 {
    private static final Outcome OUTCOME = pull(Catalogue.standard().require("smollm2-135m"));

    private static Outcome pull(CatalogueModel model) {
      try {
        Map<String, String> environment = System.getenv();
        Path home = Path.of(System.getProperty("user.home"));
        Path folder = ModelStore.standardFolder(environment, home);
        return new Here(
            ModelStore.open(Catalogue.standard(), folder, environment, home)
                .pull(model, PullListener.silent())
                .path());
      } catch (IOException e) {
        return new Missing(String.valueOf(e.getMessage()));
      }
    }
  }
}
