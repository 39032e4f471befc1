package io.splitgym.cli;

import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Integers as people write them: {@code 1,2,5-8}. */
final class IntegerRanges {
  private IntegerRanges() {}

  /**
   * @param field named where the text is refused
   * @return ascending, without repetition, each in [low, high]
   */
  static List<Integer> parse(String field, String text, int low, int high) {
    String allowed = "integers and ranges in [" + low + ", " + high + "], such as 1,2,5-8";
    SortedSet<Integer> found = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", 2);
      try {
        int first = Integer.parseInt(ends[0].strip());
        int last = ends.length == 1 ? first : Integer.parseInt(ends[1].strip());
        if (first < low || last > high || first > last) {
          throw new InvalidValueException(field, text, allowed);
        }
        for (int i = first; i <= last; i++) {
          found.add(i);
        }
      } catch (NumberFormatException e) {
        throw new InvalidValueException(field, text, allowed);
      }
    }
    return List.copyOf(found);
  }
}
