package io.splitgym.agents.cli;

import io.splitgym.cli.CommandExtension;
import java.util.List;

/** {@code train} and {@code play}. */
public final class AgentCommands implements CommandExtension {
  @Override
  public List<Object> commands() {
    return List.of(
        new TrainCommand(OpenModels::ofThisMachine), new PlayCommand(OpenModels::ofThisMachine));
  }
}
