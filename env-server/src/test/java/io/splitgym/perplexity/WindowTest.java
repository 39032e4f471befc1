package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WindowTest {
  private static final OptionalInt NONE = OptionalInt.empty();
  private static final OptionalInt BEGINNING = OptionalInt.of(77);

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @Test
  void windowsSideBySideScoreAllButTheirFirstTokens() {
    assertThat(Window.cut(NONE, 10, 4, 4))
        .containsExactly(
            new Window(NONE, 0, 4, 1), new Window(NONE, 4, 8, 1), new Window(NONE, 8, 10, 1));
  }

  @Test
  void overlappingWindowsScoreOnlyWhatIsNew() {
    assertThat(Window.cut(NONE, 10, 4, 2))
        .containsExactly(
            new Window(NONE, 0, 4, 1),
            new Window(NONE, 2, 6, 2),
            new Window(NONE, 4, 8, 2),
            new Window(NONE, 6, 10, 2));
  }

  @Test
  void aLastWindowOfOneTokenScoresNothingAndIsLeftOut() {
    assertThat(Window.cut(NONE, 9, 4, 4))
        .containsExactly(new Window(NONE, 0, 4, 1), new Window(NONE, 4, 8, 1));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyTokenIsScoredOnceExceptFirstOnesThatNothingPredicts(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    int tokens = random.nextInteger(2, 400);
    int length = random.nextInteger(2, 90);
    int stride = random.nextInteger(1, length);
    List<Integer> scored = new ArrayList<>();
    for (Window window : Window.cut(NONE, tokens, length, stride)) {
      assertThat(window.length()).isLessThanOrEqualTo(length);
      for (int place = window.firstScored(); place < window.length(); place++) {
        scored.add(window.start() + place);
      }
    }
    assertThat(scored).as("seed %d", seed).doesNotHaveDuplicates().isSorted().doesNotContain(0);
    for (int token = 1; token < tokens; token++) {
      boolean startsAWindow = stride == length && token % length == 0;
      assertThat(scored.contains(token))
          .as("seed %d, token %d", seed, token)
          .isEqualTo(!startsAWindow);
    }
  }

  @Test
  void aTokenBeforeTheTextTakesAPlaceInTheWindowButNoneOfTheText() {
    List<Window> windows = Window.cut(BEGINNING, 7, 4, 3);
    assertThat(windows)
        .containsExactly(
            new Window(BEGINNING, 0, 3, 1),
            new Window(BEGINNING, 3, 6, 1),
            new Window(BEGINNING, 6, 7, 1));
    int[] text = {1, 2, 3, 4, 5, 6, 7};
    assertThat(windows.get(1).of(text)).containsExactly(77, 4, 5, 6);
    assertThat(windows.get(2).of(text)).containsExactly(77, 7);
    assertThatThrownBy(() -> Window.cut(BEGINNING, 7, 4, 4))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("stride is 4");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void behindATokenBeforeTheTextEveryTokenIsScoredOnce(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    int tokens = random.nextInteger(2, 400);
    int length = random.nextInteger(2, 90);
    int stride = random.nextInteger(1, length - 1);
    List<Integer> scored = new ArrayList<>();
    for (Window window : Window.cut(BEGINNING, tokens, length, stride)) {
      assertThat(window.length()).isLessThanOrEqualTo(length);
      for (int place = window.firstScored(); place < window.length(); place++) {
        scored.add(window.start() + place - 1);
      }
    }
    assertThat(scored)
        .as("seed %d", seed)
        .containsExactlyElementsOf(IntStream.range(0, tokens).boxed().toList());
  }

  @Test
  void batchesHoldWindowsOfOneShapeInOrder() {
    List<Window> windows = Window.cut(NONE, 1100, 100, 50);
    List<WindowBatch> batches = WindowBatch.of(windows, 400);
    assertThat(batches.stream().flatMap(batch -> batch.windows().stream())).isEqualTo(windows);
    assertThat(batches)
        .allSatisfy(
            batch -> {
              assertThat(batch.windows()).hasSizeLessThanOrEqualTo(4);
              assertThat(batch.windows())
                  .allMatch(window -> window.length() == batch.length())
                  .allMatch(window -> window.firstScored() == batch.firstScored());
              assertThat(windows.get(batch.first())).isEqualTo(batch.windows().get(0));
            });
  }

  @Test
  void aTextOfOneTokenIsRefused() {
    assertThatThrownBy(() -> Window.cut(NONE, 1, 4, 4))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("tokens of the text is 1, must be at least 2");
  }
}
