package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowLossesTest {
  private static List<Integer> wholeWindows(Integer... tokens) {
    return new WindowLosses(Collections.nCopies(tokens.length, 1.0), List.of(tokens))
        .wholeWindows();
  }

  @Test
  void whatATextsEndLeavesOverIsNoWholeWindow() {
    assertThat(wholeWindows(63, 63, 63, 8)).containsExactly(0, 1, 2);
    assertThat(wholeWindows(127, 1)).containsExactly(0);
    assertThat(wholeWindows(255, 255)).containsExactly(0, 1);
    assertThat(wholeWindows(5)).containsExactly(0);
  }

  @Test
  void neitherIsTheFirstWhereWindowsOverlap() {
    assertThat(wholeWindows(63, 32, 32, 32, 10)).containsExactly(1, 2, 3);
  }
}
