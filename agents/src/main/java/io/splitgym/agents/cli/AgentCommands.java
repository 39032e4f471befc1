package io.splitgym.agents.cli;

import io.splitgym.cli.CommandExtension;
import io.splitgym.cli.NamedCommand;
import java.util.List;

/** {@code train} and {@code play}. */
public final class AgentCommands implements CommandExtension {
  @Override
  public List<NamedCommand> commands() {
    return List.of(
        new NamedCommand("train", () -> new TrainCommand(OpenModels::ofThisMachine)),
        new NamedCommand("play", () -> new PlayCommand(OpenModels::ofThisMachine)));
  }
}
