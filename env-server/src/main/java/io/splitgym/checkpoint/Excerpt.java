package io.splitgym.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A text out of a file as it may be shown. What a terminal would obey or hide is escaped: control
 * characters, those that turn the direction of writing, line separators and halves of surrogate
 * pairs. Of a long text the middle is left out.
 */
public final class Excerpt {
  /** Characters of a name or value. */
  private static final int LONGEST = 200;

  private Excerpt() {}

  /** A name or a value. */
  public static String of(String text) {
    return of(text, LONGEST);
  }

  /** A value of a JSON document, as JSON; {@code missing} where there is none. */
  public static String of(JsonNode value) {
    return value.isMissingNode() ? "missing" : of(value.toString());
  }

  /**
   * @param longest how many characters of the text are shown at the most
   */
  static String of(String text, int longest) {
    if (text.length() <= longest) {
      return escaped(text);
    }
    int begin = longest * 3 / 4;
    return escaped(text.substring(0, begin))
        + "..."
        + escaped(text.substring(text.length() - (longest - begin)));
  }

  private static String escaped(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              switch (Character.getType(character)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    shown.append(String.format("\\u%04x", character));
                default -> shown.appendCodePoint(character);
              }
            });
    return shown.toString();
  }
}
