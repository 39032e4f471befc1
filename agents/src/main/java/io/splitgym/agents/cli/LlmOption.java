package io.splitgym.agents.cli;

import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.cli.ModelsOption;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which LLM: the mixin of every command whose environment may be on one. */
final class LlmOption {
  private static final String OPTION = "--model";

  @Option(
      names = OPTION,
      paramLabel = "NAME|PATH",
      description =
          "Where an LLM answers or writes: which, by its name (see: model list, --llm), or a GGUF"
              + " file or a Hugging Face folder (default: "
              + Catalogue.DEFAULT
              + ").")
  private @Nullable String model;

  /** Name or path. */
  String model() {
    return model == null ? Catalogue.DEFAULT : model;
  }

  /**
   * What backend llm is to be told, once the models know the name.
   *
   * @param models that are opened after this
   */
  Map<String, Object> parameters(ModelsOption models) {
    return model == null ? Map.of() : Map.of("model", models.name(model));
  }

  /**
   * Refuses a model where no LLM is asked.
   *
   * @param where it is so, such as {@code "without --backend llm"}
   */
  void requireNone(String where) {
    if (model != null) {
      throw new InvalidValueException(OPTION, model, "left out " + where);
    }
  }
}
