package io.splitgym.agents.cli;

import io.splitgym.agents.learning.Algorithms;
import io.splitgym.agents.learning.Learner;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which LLM is evaluated at which levels, and what is learned in which environment over it. */
final class LoopTaskOption {
  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = Catalogue.DEFAULT,
      description =
          "A name (see: model list), a GGUF file or a Hugging Face folder"
              + " (default: ${DEFAULT-VALUE}).")
  private String model = Catalogue.DEFAULT;

  @Option(
      names = "--levels",
      paramLabel = "LEVEL",
      split = ",",
      description = "Levels of the channel (default: those of the command measure).")
  private List<Double> levels = List.of();

  @Option(
      names = "--agent",
      paramLabel = "NAME",
      defaultValue = "ppo",
      description = "The algorithm, as train knows it (default: ${DEFAULT-VALUE}).")
  private String agent = "ppo";

  @Option(
      names = "--preset",
      paramLabel = "ID",
      defaultValue = "A",
      description = "default, reference, L, H or A (default: ${DEFAULT-VALUE}).")
  private String preset = "A";

  @Option(
      names = "--actions",
      paramLabel = "N",
      defaultValue = "5",
      description = "3, 5, 7 or 9 (default: ${DEFAULT-VALUE}).")
  private int actions;

  String model() {
    return model;
  }

  List<Double> levels() {
    return levels;
  }

  String agent() {
    return agent;
  }

  int actions() {
    return actions;
  }

  /**
   * @throws io.splitgym.validation.InvalidValueException if there is none of that id
   */
  Preset preset() {
    return Preset.ofId(preset);
  }

  /** The algorithm, as the preset has it. */
  Learner<?> learner() {
    return Algorithms.named(agent).learner(preset(), Map.of());
  }

  /** The environment over a model of so many layers. */
  SplitInferenceParameters parameters(int layers) {
    return SplitInferenceParameters.from(preset(), Map.of("actions", actions), layers);
  }
}
