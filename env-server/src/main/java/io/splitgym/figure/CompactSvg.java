package io.splitgym.figure;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same drawing in a fraction of the bytes. XChart draws text as outlines, with coordinates to
 * the last bit of a double and every glyph anew; here coordinates are tenths of a pixel, paths are
 * relative, styles are classes, and a path that was drawn before is used again.
 */
final class CompactSvg {
  private static final Pattern ROOT = Pattern.compile("<svg [^>]*>");
  private static final Pattern STYLE = Pattern.compile(" style=\"([^\"]*)\"");
  private static final Pattern NUMBER = Pattern.compile("(?<=[\" (,])-?\\d+\\.\\d+(?=[\" ),])");
  private static final Pattern PATH = Pattern.compile("<path d=\"([^\"]*)\" class=\"([^\"]*)\"/>");
  private static final Pattern INDENTATION = Pattern.compile("(?m)^ +");
  private static final Pattern PART = Pattern.compile("[MLQCZ]|-?\\d+(?:\\.\\d+)?(?:E-?\\d+)?");
  private static final int TEN = 10;

  private CompactSvg() {}

  /**
   * @param svg as XChart's encoder writes it
   */
  static String of(String svg) {
    Matcher root = ROOT.matcher(svg);
    if (!root.find()) {
      throw new IllegalArgumentException("a drawing without <svg>");
    }
    Map<String, String> classes = new LinkedHashMap<>();
    String body =
        STYLE
            .matcher(svg.substring(root.end()))
            .replaceAll(
                style ->
                    " class=\""
                        + classes.computeIfAbsent(style.group(1), text -> "s" + classes.size())
                        + "\"");
    Map<String, String> drawn = new HashMap<>();
    body = PATH.matcher(body).replaceAll(path -> once(path, drawn));
    body = NUMBER.matcher(body).replaceAll(number -> tenths(number.group()));
    body = INDENTATION.matcher(body).replaceAll("");
    StringBuilder sheet = new StringBuilder("\n<style>\n");
    classes.forEach(
        (text, name) -> sheet.append('.').append(name).append('{').append(text).append("}\n"));
    return svg.substring(0, root.end()) + sheet.append("</style>") + body;
  }

  private static String once(MatchResult path, Map<String, String> drawn) {
    String name = drawn.get(path.group());
    if (name != null) {
      return "<use xlink:href=\"#" + name + "\"/>";
    }
    name = "p" + drawn.size();
    drawn.put(path.group(), name);
    return String.format(
        "<path id=\"%s\" class=\"%s\" d=\"%s\"/>", name, path.group(2), relative(path.group(1)));
  }

  /** Rounds where the pen comes to, not how far it goes, so that errors don't add up. */
  private static String relative(String path) {
    StringBuilder text = new StringBuilder();
    Matcher parts = PART.matcher(path);
    long[] pen = new long[2];
    long[] start = new long[2];
    char command = 'M';
    int at = 0;
    long[] last = new long[2];
    while (parts.find()) {
      char first = parts.group().charAt(0);
      if (first >= 'A') {
        command = first;
        at = 0;
        text.append(first == 'Z' ? "z" : String.valueOf(first).toLowerCase(Locale.ROOT));
        if (first == 'Z') {
          pen = start.clone();
        }
        continue;
      }
      long value = Math.round(Double.parseDouble(parts.group()) * TEN);
      int axis = at % 2;
      String step = text(value - pen[axis]);
      if (at > 0 && step.charAt(0) != '-') {
        text.append(' ');
      }
      text.append(step);
      last[axis] = value;
      at++;
      if (at == coordinates(command)) {
        pen = last.clone();
        if (command == 'M') {
          start = pen.clone();
        }
      }
    }
    return text.toString();
  }

  private static int coordinates(char command) {
    return switch (command) {
      case 'M', 'L' -> 2;
      case 'Q' -> 4;
      case 'C' -> 6;
      default -> 0;
    };
  }

  private static String tenths(String number) {
    return text(Math.round(Double.parseDouble(number) * TEN));
  }

  /** Tenths in the shortest form: -3 is {@code -.3}. */
  private static String text(long tenths) {
    long whole = Math.abs(tenths) / TEN;
    long rest = Math.abs(tenths) % TEN;
    String sign = tenths < 0 ? "-" : "";
    return sign + (whole == 0 && rest > 0 ? "" : whole) + (rest == 0 ? "" : "." + rest);
  }
}
