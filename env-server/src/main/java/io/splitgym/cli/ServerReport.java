package io.splitgym.cli;

import io.splitgym.cli.load.Comparison;
import io.splitgym.cli.load.Pace;
import io.splitgym.cli.load.ServerLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What {@code bench server} found.
 *
 * @param firstStep seconds from the start of the program to the first answered step
 */
record ServerReport(
    Machine machine,
    int turns,
    double secondsATurn,
    Comparison rest,
    Comparison webSocket,
    Comparison pipelined,
    int inFlight,
    List<ServerLoad.OfVector> vectors,
    Memory memory,
    Spread firstStep) {
  private static final double LEAST_SHARE_OF_EMPTY = 0.8;
  private static final double LEAST_ENVIRONMENT_STEPS = 1e6;
  private static final double MOST_RESIDENT = 250e6;
  private static final double MOST_SECONDS_TO_FIRST_STEP = 1;
  private static final double BYTES_A_MEGABYTE = 1e6;

  /**
   * Resident memory, in bytes; below 0 where the system doesn't tell.
   *
   * @param atStart before there was a session
   * @param withSessions after each of them took a step
   */
  record Memory(int sessions, long atStart, long withSessions) {
    static Memory of(int sessions, OptionalLong atStart, OptionalLong withSessions) {
      return new Memory(sessions, atStart.orElse(-1), withSessions.orElse(-1));
    }
  }

  /** The tables, aligned so that they read well as they are, too. */
  String markdown() {
    List<String> parts =
        List.of(
            "# The server under load",
            machine.text(),
            String.format(
                Locale.ROOT,
                "`./splitgym bench server`, %d turns of %s s each in turn with an empty server of the"
                    + " same settings; medians over the turns, latencies over all. The client shares"
                    + " the processors. Everything is kept on disk before it is answered.",
                turns,
                number(secondsATurn)),
            "## Goals",
            goals(),
            "## One environment",
            String.format(
                Locale.ROOT,
                "One connection. Steps a second count the time that resets took; messages a second"
                    + " count resets, one an episode. The share is of messages a second."),
            oneEnvironment(),
            "## Vectors",
            "Over one WebSocket, one step after another, `SameStep`. The empty server gets a message"
                + " of the same length, and answers as many bytes.",
            vectorsTable(),
            "## Memory and start",
            memoryAndStart());
    return String.join("\n\n", parts) + "\n";
  }

  private String goals() {
    double best =
        vectors.stream()
            .mapToDouble(ServerLoad.OfVector::environmentSteps)
            .max()
            .orElse(Double.NaN);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("goal", "measured", "met"));
    rows.add(
        List.of(
            "at least 80 % of the empty handler over HTTP",
            percent(rest.share()), met(rest.share() >= LEAST_SHARE_OF_EMPTY)));
    rows.add(
        List.of(
            "at least 1,000,000 environment steps a second over one connection",
            whole(best),
            met(best >= LEAST_ENVIRONMENT_STEPS)));
    rows.add(
        List.of(
            "at most 250 MB resident with 1,000 sessions",
            megabytes(memory.withSessions()) + " with " + whole(memory.sessions()),
            met(memory.withSessions() >= 0 && memory.withSessions() <= MOST_RESIDENT)));
    rows.add(
        List.of(
            "first step answered within 1 s of the start",
            seconds(firstStep.median()),
            met(firstStep.median() <= MOST_SECONDS_TO_FIRST_STEP)));
    return table(rows);
  }

  private String oneEnvironment() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "over",
            "steps/s",
            "p50",
            "p99",
            "messages/s",
            "empty: messages/s",
            "p50",
            "p99",
            "share"));
    rows.add(row("HTTP", rest));
    rows.add(row("WebSocket", webSocket));
    rows.add(row("WebSocket, " + inFlight + " in flight", pipelined));
    return table(rows);
  }

  private static List<String> row(String name, Comparison compared) {
    Pace server = compared.server();
    Pace empty = compared.empty();
    return List.of(
        name,
        whole(server.steps()),
        micros(server.p50()),
        micros(server.p99()),
        whole(server.messages()),
        whole(empty.messages()),
        micros(empty.p50()),
        micros(empty.p99()),
        percent(compared.share()));
  }

  private String vectorsTable() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "environments",
            "encoding",
            "environment steps/s",
            "p50",
            "p99",
            "bytes an environment",
            "empty: messages/s",
            "p50",
            "share"));
    for (ServerLoad.OfVector vector : vectors) {
      Pace server = vector.messages().server();
      Pace empty = vector.messages().empty();
      rows.add(
          List.of(
              whole(vector.environments()),
              vector.encoding(),
              whole(vector.environmentSteps()),
              micros(server.p50()),
              micros(server.p99()),
              whole((double) vector.bytes() / vector.environments()),
              whole(empty.messages()),
              micros(empty.p50()),
              percent(vector.messages().share())));
    }
    return table(rows);
  }

  private String memoryAndStart() {
    return table(
        List.of(
            List.of("", "measured"),
            List.of("resident at the start", megabytes(memory.atStart())),
            List.of(
                "resident after a step in each of " + whole(memory.sessions()) + " sessions",
                megabytes(memory.withSessions())),
            List.of(
                "first step after the start: least, median, most",
                seconds(firstStep.min())
                    + ", "
                    + seconds(firstStep.median())
                    + ", "
                    + seconds(firstStep.max()))));
  }

  /** Columns as wide as their widest cell; all but the first to the right. */
  private static String table(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(Math.max(widths[i], row.get(i).length()), 3);
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("|");
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.append(' ').append(i == 0 ? row.get(i) + padding : padding + row.get(i)).append(" |");
      }
      lines.add(line.toString());
      if (lines.size() == 1) {
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < columns; i++) {
          rule.append(i == 0 ? "-".repeat(widths[i] + 2) : "-".repeat(widths[i] + 1) + ":")
              .append('|');
        }
        lines.add(rule.toString());
      }
    }
    return String.join("\n", lines);
  }

  private static String met(boolean met) {
    return met ? "yes" : "no";
  }

  private static String number(double value) {
    return value == Math.rint(value) ? whole(value) : String.valueOf(value);
  }

  private static String whole(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.3f s", value);
  }

  private static String micros(double value) {
    return value < 10_000
        ? String.format(Locale.ROOT, "%,.0f us", value)
        : String.format(Locale.ROOT, "%,.1f ms", value / 1_000);
  }

  private static String megabytes(long bytes) {
    return bytes < 0 ? "unknown" : whole(bytes / BYTES_A_MEGABYTE) + " MB";
  }
}
