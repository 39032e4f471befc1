package io.splitgym.cli;

import io.splitgym.validation.InvalidValueException;
import java.lang.reflect.Field;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options that a command has, and no use for in the way it was called. */
final class UnusedOptions {
  private UnusedOptions() {}

  /**
   * Refuses the first of them on the command line.
   *
   * @param declaring the classes that declare them
   * @param where they are of no use, such as {@code "without --split"}
   * @throws InvalidValueException naming the option
   */
  static void refuse(CommandSpec command, Set<Class<?>> declaring, String where) {
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (option.userObject() instanceof Field field
          && declaring.contains(field.getDeclaringClass())) {
        throw new InvalidValueException(
            option.longestName(), option.<Object>getValue(), "left out " + where);
      }
    }
  }
}
