package io.splitgym.perplexity;

import java.util.ArrayList;
import java.util.List;

/**
 * Windows of one shape that run through the layers together. How a text falls into batches follows
 * from its windows alone, so a window is always computed in the same company.
 *
 * @param first the number of its first window in the text
 * @param windows of one length and one first scored place
 */
record WindowBatch(int first, List<Window> windows) {
  WindowBatch {
    windows = List.copyOf(windows);
  }

  int length() {
    return windows.get(0).length();
  }

  int firstScored() {
    return windows.get(0).firstScored();
  }

  int[][] tokens(int[] text) {
    return windows.stream().map(window -> window.of(text)).toArray(int[][]::new);
  }

  /**
   * @param batchTokens how many tokens run together; a longer window runs alone
   */
  static List<WindowBatch> of(List<Window> windows, int batchTokens) {
    List<WindowBatch> batches = new ArrayList<>();
    int first = 0;
    while (first < windows.size()) {
      Window model = windows.get(first);
      int most = Math.max(1, batchTokens / model.length());
      int end = first + 1;
      while (end < windows.size() && end - first < most && alike(model, windows.get(end))) {
        end++;
      }
      batches.add(new WindowBatch(first, windows.subList(first, end)));
      first = end;
    }
    return List.copyOf(batches);
  }

  private static boolean alike(Window one, Window other) {
    return one.length() == other.length() && one.firstScored() == other.firstScored();
  }
}
