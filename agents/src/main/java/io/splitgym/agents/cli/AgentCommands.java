package io.splitgym.agents.cli;

import io.splitgym.cli.CommandExtension;
import io.splitgym.cli.LlmEvaluators;
import io.splitgym.cli.NamedCommand;
import java.util.List;

/**
 * {@code train}, {@code active}, {@code play}, {@code optimal}, {@code study}, {@code reward-table}
 * and {@code policy}.
 */
public final class AgentCommands implements CommandExtension {
  @Override
  public List<NamedCommand> commands() {
    return List.of(
        new NamedCommand("train", () -> new TrainCommand(OpenModels::ofThisMachine)),
        new NamedCommand("active", () -> new ActiveCommand(new LlmEvaluators())),
        new NamedCommand("play", () -> new PlayCommand(OpenModels::ofThisMachine)),
        new NamedCommand("optimal", () -> new OptimalCommand(OpenModels::ofThisMachine)),
        new NamedCommand("study", () -> new StudyCommand(OpenModels::ofThisMachine)),
        new NamedCommand("reward-table", () -> new RewardTableCommand(OpenModels::ofThisMachine)),
        new NamedCommand("policy", PolicyCommand::new));
  }
}
