package io.splitgym.perplexity;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the model sees at once: a stretch of the text, behind the token that the model expects
 * before every text, if it expects one.
 *
 * @param beginning that token, never scored itself
 * @param start of its first token in the text
 * @param end behind its last token
 * @param firstScored the first place within the window whose token is scored: no window before it
 *     covered that token, and it isn't the window's own first, which nothing in it predicts
 */
record Window(OptionalInt beginning, int start, int end, int firstScored) {
  int length() {
    return lead(beginning) + end - start;
  }

  int scoredTokens() {
    return length() - firstScored;
  }

  /**
   * Cuts a text into windows; the last may be shorter.
   *
   * @param beginning what every window begins with
   * @param tokens the text's length, at least 2
   * @param window tokens in a window, with the one that it begins with
   * @param stride tokens of the text from one window's start to the next
   */
  static List<Window> cut(OptionalInt beginning, int tokens, int window, int stride) {
    if (tokens < 2) {
      throw new InvalidValueException("tokens of the text", tokens, "at least 2");
    }
    Require.inRange("window", window, 2, Integer.MAX_VALUE);
    Require.inRange("stride", stride, 1, room(beginning, window));
    int lead = lead(beginning);
    List<Window> windows = new ArrayList<>();
    int covered = 0;
    for (int start = 0; covered < tokens; start += stride) {
      int end = Math.min(start + room(beginning, window), tokens);
      int firstScored = Math.max(1, covered - start + lead);
      if (firstScored < lead + end - start) {
        windows.add(new Window(beginning, start, end, firstScored));
      }
      covered = end;
    }
    return List.copyOf(windows);
  }

  /** How many tokens of the text a window has room for. */
  static int room(OptionalInt beginning, int window) {
    return window - lead(beginning);
  }

  int[] of(int[] text) {
    int lead = lead(beginning);
    int[] tokens = new int[length()];
    beginning.ifPresent(token -> tokens[0] = token);
    System.arraycopy(text, start, tokens, lead, end - start);
    return tokens;
  }

  private static int lead(OptionalInt beginning) {
    return beginning.isPresent() ? 1 : 0;
  }
}
