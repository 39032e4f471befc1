package io.splitgym.cli;

import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/** Numbers as people write them: {@code 0.1,0.2,1}. */
final class DecimalList {
  private DecimalList() {}

  /**
   * @param field named where the text is refused
   */
  static List<Double> parse(String field, String text) {
    List<Double> found = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        found.add(Double.valueOf(part.strip()));
      } catch (NumberFormatException e) {
        throw new InvalidValueException(field, text, "numbers, such as 0.1,0.2,1");
      }
    }
    return found;
  }
}
