package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Real models for tests that need one, in this user's standard folder. */
public final class RealModel {
  private RealModel() {}

  /**
   * SmolLM2-135M-Instruct's verified file, pulled once, so that the next run finds it. The calling
   * test is skipped, with every source's reason, when the model isn't here and can't be had.
   */
  public static Path smollm2() {
    Outcome outcome = Smollm2.OUTCOME;
    if (outcome instanceof Missing missing) {
      return Assumptions.abort("skipped, since the real model can't be had: " + missing.reason());
    }
    return ((Here) outcome).file();
  }

  /** Gemma 3 270M's file. The calling test is skipped when it isn't here. */
  public static Path gemma3() throws IOException {
    return standardStore()
        .find("gemma3-270m")
        .orElseGet(
            () ->
                Assumptions.abort(
                    "skipped; for it run: splitgym model pull gemma3-270m --accept-license"));
  }

  private static ModelStore standardStore() {
    Map<String, String> environment = System.getenv();
    Path home = Path.of(System.getProperty("user.home"));
    Path folder = ModelStore.standardFolder(environment, home);
    return ModelStore.open(Catalogue.standard(), folder, environment, home);
  }

  private sealed interface Outcome {}

  private record Here(Path file) implements Outcome {}

  private record Missing(String reason) implements Outcome {}

  /** Looked for when first needed, and once only: a machine without a network isn't asked twice. */
  private static final class Smollm2 {
    private static final Outcome OUTCOME = pull(Catalogue.standard().require("smollm2-135m"));

    private static Outcome pull(CatalogueModel model) {
      try {
        return new Here(standardStore().pull(model, PullListener.silent()).path());
      } catch (IOException e) {
        return new Missing(String.valueOf(e.getMessage()));
      }
    }
  }
}
