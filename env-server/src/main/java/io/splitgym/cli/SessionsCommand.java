package io.splitgym.cli;

import io.splitgym.durability.FolderTakenException;
import io.splitgym.durability.UnusedFolders;
import io.splitgym.durability.UnusedFolders.Found;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What servers keep of their sessions, port by port. */
@Command(
    name = "sessions",
    mixinStandardHelpOptions = true,
    description = "Tells and removes what servers have kept of their environments.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SessionsCommand.ListCommand.class, SessionsCommand.CleanCommand.class})
final class SessionsCommand {
  private static final double KIB = 1024;

  private static Map<String, @Nullable Object> document(Found found) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("folder", found.folder().toString());
    document.put("process", found.process().isPresent() ? found.process().getAsLong() : null);
    document.put("lastUsed", found.lastUsed().toString());
    document.put("bytes", found.bytes());
    return document;
  }

  private static String line(Found found) {
    return String.format(
        Locale.ROOT,
        "%-14s %-24s %10.0f KiB  %s",
        found.folder().getFileName(),
        found.lastUsed().toString().substring(0, 19) + "Z",
        found.bytes() / KIB,
        found.process().isPresent() ? "in use by process " + found.process().getAsLong() : "");
  }

  private static String table(List<Found> found, String none) {
    return found.isEmpty()
        ? none
        : String.join(
            System.lineSeparator(),
            found.stream().map(SessionsCommand::line).map(String::stripTrailing).toList());
  }

  /** Each port that has something. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the ports of a data folder that have sessions, and who uses them.")
  static final class ListCommand implements Callable<Integer> {
    @Mixin private final DataOption data = new DataOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public Integer call() throws IOException {
      List<Found> found = UnusedFolders.under(data.sessions());
      output.print(
          Map.of("sessions", found.stream().map(SessionsCommand::document).toList()),
          table(found, "No server has left sessions in " + data.sessions()));
      return 0;
    }
  }

  /** Removes what no server uses. */
  @Command(
      name = "clean",
      mixinStandardHelpOptions = true,
      description = {
        "Removes the sessions of ports that no server uses now.",
        "",
        "A server does the same at its start, for ports unused for 30 days (serve"
            + " --keep-unused-days). Recorded episodes stay."
      })
  static final class CleanCommand implements Callable<Integer> {
    @Mixin private final DataOption data = new DataOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(
        names = "--unused-days",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "Only those unused for at least so many days; 0 for all (default: ${DEFAULT-VALUE}).")
    private int days;

    @Override
    public Integer call() throws IOException {
      Instant limit = Instant.now().minus(Duration.ofDays(Math.max(0, days)));
      List<Found> removed = new ArrayList<>();
      for (Found found : UnusedFolders.under(data.sessions())) {
        if (found.process().isPresent() || found.lastUsed().isAfter(limit)) {
          continue;
        }
        try {
          UnusedFolders.remove(found.folder());
          removed.add(found);
        } catch (FolderTakenException e) {
          // a server has just started on it
          continue;
        }
      }
      output.print(
          Map.of("removed", removed.stream().map(SessionsCommand::document).toList()),
          table(removed, "There is nothing to remove in " + data.sessions()));
      return 0;
    }
  }
}
