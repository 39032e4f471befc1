package io.splitgym.perplexity;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of the text that the model sees at once.
 *
 * @param start of its first token in the text
 * @param end behind its last token
 * @param firstScored the first place within the window whose token is scored: no window before it
 *     covered that token, and it isn't the window's own first, which nothing in it predicts
 */
record Window(int start, int end, int firstScored) {
  int length() {
    return end - start;
  }

  int scoredTokens() {
    return length() - firstScored;
  }

  /**
   * Cuts a text into windows; the last may be shorter.
   *
   * @param tokens the text's length, at least 2
   */
  static List<Window> cut(int tokens, int window, int stride) {
    if (tokens < 2) {
      throw new InvalidValueException("tokens of the text", tokens, "at least 2");
    }
    Require.inRange("window", window, 2, Integer.MAX_VALUE);
    Require.inRange("stride", stride, 1, window);
    List<Window> windows = new ArrayList<>();
    int covered = 0;
    for (int start = 0; covered < tokens; start += stride) {
      int end = Math.min(start + window, tokens);
      int firstScored = Math.max(1, covered - start);
      if (firstScored < end - start) {
        windows.add(new Window(start, end, firstScored));
      }
      covered = end;
    }
    return List.copyOf(windows);
  }

  int[] of(int[] text) {
    return java.util.Arrays.copyOfRange(text, start, end);
  }
}
