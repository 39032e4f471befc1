package io.splitgym.cli.configuration;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Every setting of a command as a table in Markdown, for the documentation. */
public final class SettingsTable {
  private SettingsTable() {}

  /** One line for each setting, in the order of the command's help. */
  public static String of(CommandSpec command) {
    return "| setting | variable | default | allowed | what it is |\n|---|---|---|---|---|\n"
        + Setting.of(command).stream().map(SettingsTable::row).collect(Collectors.joining());
  }

  private static String row(Setting setting) {
    String absent = setting.option().defaultValue();
    return "| `"
        + setting.name()
        + "` | `"
        + setting.variable()
        + "` | "
        + (absent == null ? "" : "`" + absent + "`")
        + " | "
        + setting.allowed()
        + " | "
        + String.join(" ", setting.option().description())
            .replace(" (default: " + absent + ")", "")
            .replace("%%", "%")
        + " |\n";
  }
}
