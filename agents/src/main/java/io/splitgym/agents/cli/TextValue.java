package io.splitgym.agents.cli;

/** What JSON would have in the place of a text on the command line. */
final class TextValue {
  private TextValue() {}

  /** A number, true, false, or the text itself. */
  static Object of(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
