package io.splitgym.agents.cli;

import io.splitgym.validation.InvalidValueException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs a command, and tells as the program does whether it refused a value. */
final class CommandRun {
  private CommandRun() {}

  /**
   * @return 0, 2 where a value is refused, 1 after another failure; its message is on {@code err}
   */
  static int of(CommandLine line, StringWriter out, StringWriter err, String... arguments) {
    return line.setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(failure.getMessage());
              return failure instanceof InvalidValueException ? 2 : 1;
            })
        .execute(arguments);
  }
}
