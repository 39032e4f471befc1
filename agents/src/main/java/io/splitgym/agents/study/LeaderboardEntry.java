package io.splitgym.agents.study;

import io.splitgym.channel.ShortestDecimal;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One agent, trained once or not at all, in one environment of the leaderboard. As CSV it is how
 * agents that were trained elsewhere, in another program or language, take their place in the
 * table.
 *
 * @param environment the preset's name
 * @param agent the name that the table calls it
 * @param seed of its training; whatever tells its runs apart
 * @param steps of training, in all of its environments together; 0 for what doesn't learn
 * @param llmEvaluations how many times an LLM was evaluated at a split and a channel state for it,
 *     fitting the surrogate included; empty where that isn't known
 * @param meanReturn undiscounted, over the test episodes
 */
public record LeaderboardEntry(
    String environment,
    String agent,
    long seed,
    long steps,
    OptionalLong llmEvaluations,
    double meanReturn) {
  private static final String HEADING = "environment,agent,seed,steps,llmEvaluations,return";
  private static final int COLUMNS = 6;
  private static final int MOST = 1_000_000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._+-]*");

  public LeaderboardEntry {
    if (!NAME.matcher(agent).matches()) {
      throw new InvalidValueException(
          "agent", agent, "of letters, digits, spaces, dots, hyphens, pluses and underscores");
    }
    requireCount("steps", steps);
    llmEvaluations.ifPresent(count -> requireCount("llmEvaluations", count));
    if (!Double.isFinite(meanReturn)) {
      throw new InvalidValueException("return", meanReturn, "a finite number");
    }
  }

  private static void requireCount(String field, long count) {
    if (count < 0) {
      throw new InvalidValueException(field, count, "at least 0");
    }
  }

  /** The CSV of entries, with a heading. */
  static String csv(List<LeaderboardEntry> entries) {
    StringBuilder text = new StringBuilder(HEADING).append('\n');
    for (LeaderboardEntry entry : entries) {
      text.append(entry.environment)
          .append(',')
          .append(entry.agent)
          .append(',')
          .append(entry.seed)
          .append(',')
          .append(entry.steps)
          .append(',')
          .append(entry.llmEvaluations.isPresent() ? entry.llmEvaluations.getAsLong() : "")
          .append(',')
          .append(ShortestDecimal.of(entry.meanReturn))
          .append('\n');
    }
    return text.toString();
  }

  /**
   * Reads the CSV of entries.
   *
   * @throws InvalidValueException naming the line that isn't an entry, or that repeats one
   */
  public static List<LeaderboardEntry> read(String csv) {
    List<String> lines = csv.lines().toList();
    if (lines.isEmpty() || !lines.get(0).strip().equals(HEADING)) {
      throw new InvalidValueException(
          "entries, line 1", lines.isEmpty() ? "" : lines.get(0), "the heading " + HEADING);
    }
    if (lines.size() > MOST) {
      throw new InvalidValueException("entries", lines.size() + " lines", "at most " + MOST);
    }
    Map<List<Object>, LeaderboardEntry> entries = new LinkedHashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      LeaderboardEntry entry = entry("entries, line " + (i + 1), lines.get(i));
      if (entries.put(List.of(entry.environment, entry.agent, entry.seed), entry) != null) {
        throw new InvalidValueException(
            "entries, line " + (i + 1), lines.get(i), "no second run of that agent and seed");
      }
    }
    return new ArrayList<>(entries.values());
  }

  private static LeaderboardEntry entry(String place, String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != COLUMNS) {
      throw new InvalidValueException(place, line, "of " + COLUMNS + " cells: " + HEADING);
    }
    try {
      return new LeaderboardEntry(
          cells[0].strip(),
          cells[1].strip(),
          Long.parseLong(cells[2].strip()),
          Long.parseLong(cells[3].strip()),
          cells[4].isBlank()
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(cells[4].strip())),
          Double.parseDouble(cells[5].strip()));
    } catch (NumberFormatException e) {
      throw new InvalidValueException(place, line, "with numbers behind environment and agent");
    }
  }
}
