package io.splitgym.agents.study;

import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the wire study draws, as {@code wire.csv}: one row for each split of each line of each
 * figure. Rows read back to the same doubles, so that the file alone suffices to draw them again.
 */
final class WireTable {
  static final String FILE = "wire.csv";

  private static final List<String> COLUMNS =
      List.of(
          "figure",
          "case",
          "channel",
          "level",
          "codec",
          "packets",
          "concealment",
          "protectAbove",
          "split",
          "bitsPerToken",
          "lnPpl",
          "standardError",
          "draws",
          "cleanLnPpl");

  private WireTable() {}

  /** Which point it is. */
  record Place(String figure, String line, int split) {
    @Override
    public String toString() {
      return "figure " + figure + ", case " + line + ", split " + split;
    }
  }

  /**
   * What was measured there.
   *
   * @param bitsPerToken NaN where it isn't known
   * @param lnPpl the mean over the draws, in nats
   * @param standardError of that mean, in nats; NaN where nothing is drawn
   * @param draws at least 1
   */
  record Point(double bitsPerToken, double lnPpl, double standardError, int draws) {}

  static String heading() {
    return String.join(",", COLUMNS) + "\n";
  }

  /**
   * The points of such a file.
   *
   * @throws InvalidValueException naming the line if it is something else
   */
  static Map<Place, Point> read(String csv) {
    List<String> lines = new ArrayList<>(csv.lines().toList());
    String first = lines.isEmpty() ? "missing" : lines.remove(0);
    if (!(first + "\n").equals(heading())) {
      throw new InvalidValueException(FILE + ", line 1", first, heading().strip());
    }
    Map<Place, Point> points = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      try {
        points.put(
            new Place(text(cells, "figure"), text(cells, "case"), whole(cells, "split")),
            new Point(
                number(cells, "bitsPerToken"),
                Double.parseDouble(text(cells, "lnPpl")),
                number(cells, "standardError"),
                whole(cells, "draws")));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new InvalidValueException(
            FILE + ", line " + (i + 2), lines.get(i), COLUMNS.size() + " cells as in line 1");
      }
    }
    return points;
  }

  private static String text(String[] cells, String column) {
    return cells[COLUMNS.indexOf(column)];
  }

  private static int whole(String[] cells, String column) {
    return Integer.parseInt(text(cells, column));
  }

  /** What isn't known, or isn't random, is an empty cell. */
  private static double number(String[] cells, String column) {
    String text = text(cells, column);
    return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
  }
}
