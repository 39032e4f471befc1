package io.splitgym.agents.cli;

import io.splitgym.agents.modelbased.EnsembleOptions;
import io.splitgym.agents.modelbased.LoopOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** How the active loop goes about it. */
final class LoopOption {
  @Option(
      names = "--budget",
      paramLabel = "N",
      defaultValue = "65",
      description =
          "Evaluations of the LLM in all, the clean one and the first cells included (default:"
              + " ${DEFAULT-VALUE}).")
  private int budget;

  @Option(
      names = "--first-levels",
      paramLabel = "N",
      defaultValue = "4",
      description = "Levels that are measured before the first fit (default: ${DEFAULT-VALUE}).")
  private int firstLevels;

  @Option(
      names = "--first-splits",
      paramLabel = "N",
      defaultValue = "4",
      description = "Splits that are measured at each of those (default: ${DEFAULT-VALUE}).")
  private int firstSplits;

  @Option(
      names = "--cells-a-round",
      paramLabel = "N",
      defaultValue = "16",
      description = "Cells that are measured between two fits (default: ${DEFAULT-VALUE}).")
  private int cellsARound;

  @Option(
      names = "--members",
      paramLabel = "N",
      defaultValue = "8",
      description = "Networks in the ensemble (default: ${DEFAULT-VALUE}).")
  private int members;

  @Option(
      names = "--hidden",
      paramLabel = "UNITS",
      split = ",",
      defaultValue = "32,32",
      description = "Widths of the members' hidden layers (default: ${DEFAULT-VALUE}).")
  private List<Integer> hidden = List.of();

  @Option(
      names = "--member-steps",
      paramLabel = "N",
      defaultValue = "1500",
      description = "Steps of Adam for each member (default: ${DEFAULT-VALUE}).")
  private int memberSteps;

  LoopOptions options() {
    return new LoopOptions(
        firstLevels, firstSplits, cellsARound, budget, LoopOptions.Choice.UNSURE, ensemble());
  }

  private EnsembleOptions ensemble() {
    return new EnsembleOptions(
        members, hidden, memberSteps, EnsembleOptions.DEFAULT.learningRate());
  }
}
