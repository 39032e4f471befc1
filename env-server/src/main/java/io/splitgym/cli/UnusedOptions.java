package io.splitgym.cli;

import io.splitgym.validation.InvalidValueException;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.function.Predicate;
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
    refuse(
        command,
        option ->
            option.userObject() instanceof Field field
                && declaring.contains(field.getDeclaringClass()),
        where);
  }

  /**
   * Refuses the first of some options on the command line.
   *
   * @param names such as {@code "--split"}
   * @param where they are of no use, such as {@code "with --profile"}
   * @throws InvalidValueException naming the option
   */
  static void refuseNamed(CommandSpec command, Set<String> names, String where) {
    refuse(command, option -> names.contains(option.longestName()), where);
  }

  private static void refuse(CommandSpec command, Predicate<OptionSpec> unused, String where) {
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
      if (unused.test(option)) {
        throw new InvalidValueException(
            option.longestName(), option.<Object>getValue(), "left out " + where);
      }
    }
  }
}
