package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What --help says of every command, the mixins' options among them. */
class HelpTest {
  static List<CommandLine> commands() {
    List<CommandLine> found = new ArrayList<>();
    collect(Main.commandLine(), found);
    return found;
  }

  private static void collect(CommandLine command, List<CommandLine> into) {
    into.add(command);
    command.getSubcommands().values().forEach(sub -> collect(sub, into));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyDefaultIsAValue(CommandLine command) {
    assertThat(command.getUsageMessage()).doesNotContain("${", "null");
  }

  @Test
  void eachCommandHasItsOwnWindows() {
    assertThat(words("measure")).contains("window (default: 256)", "are used (default: 4096)");
    assertThat(words("llm")).contains("window (default: 256)", "are used (default: 2048)");
    assertThat(words("perplexity"))
        .contains("default: 1024, or the model's context", "are used (default: all)");
  }

  private static String words(String name) {
    return commands().stream()
        .filter(command -> command.getCommandName().equals(name))
        .map(command -> command.getUsageMessage().replaceAll("\\s+", " "))
        .findFirst()
        .orElseThrow();
  }
}
