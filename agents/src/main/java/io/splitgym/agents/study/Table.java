package io.splitgym.agents.study;

import io.splitgym.channel.ShortestDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Numbers in named columns, as CSV. The text is the same on every Java version.
 *
 * @param columns their names
 * @param rows as many numbers each as there are columns
 */
record Table(List<String> columns, List<double[]> rows) {
  Table {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    for (double[] row : rows) {
      if (row.length != columns.size()) {
        throw new IllegalArgumentException(
            "a row has " + row.length + " numbers, must have " + columns.size());
      }
    }
  }

  double[] column(String name) {
    int index = columns.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("there is no column " + name + " among " + columns);
    }
    return rows.stream().mapToDouble(row -> row[index]).toArray();
  }

  String csv() {
    StringBuilder text = new StringBuilder(String.join(",", columns)).append('\n');
    for (double[] row : rows) {
      text.append(Arrays.stream(row).mapToObj(ShortestDecimal::of).collect(Collectors.joining(",")))
          .append('\n');
    }
    return text.toString();
  }

  /**
   * Reads what {@link #csv} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static Table read(String csv) {
    List<String> lines = csv.lines().toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("a table without a heading");
    }
    List<double[]> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      rows.add(Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray());
    }
    return new Table(List.of(lines.get(0).split(",", -1)), rows);
  }
}
