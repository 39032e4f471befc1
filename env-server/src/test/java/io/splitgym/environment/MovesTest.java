package io.splitgym.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MovesTest {
  @Test
  void actionsAlternateBetweenTowardsAndAwayFromTheInput() {
    assertThat(IntStream.range(0, 9).map(new Moves(9)::delta).toArray())
        .containsExactly(0, -1, 1, -2, 2, -3, 3, -4, 4);
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "5, 2", "7, 3", "9, 4"})
  void moreActionsReachFarther(int actions, int farthest) {
    assertThat(new Moves(actions).farthest()).isEqualTo(farthest);
    assertThat(IntStream.range(0, actions).map(new Moves(actions)::delta).max()).hasValue(farthest);
  }

  static Stream<Arguments> walks() {
    return Moves.CHOICES.stream()
        .flatMap(actions -> Stream.of(1L, 2L, 3L, 4L).map(seed -> Arguments.of(actions, seed)));
  }

  @ParameterizedTest(name = "{0} actions, seed {1}")
  @MethodSource("walks")
  void everyMoveStaysInRangeAndGoesAsFarAsFits(int actions, long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    Moves moves = new Moves(actions);
    for (int walk = 0; walk < 50; walk++) {
      int min = random.nextInteger(1, 10);
      SplitRange range = new SplitRange(min, min + random.nextInteger(0, 12));
      int split = range.draw(random);
      for (int step = 0; step < 40; step++) {
        int action = random.nextInteger(0, actions - 1);
        int delta = moves.delta(action);
        int moved = range.move(split, delta);
        assertThat(range.contains(moved)).isTrue();
        if (moved != split + delta) {
          assertThat(moved).isEqualTo(delta < 0 ? range.min() : range.max());
          assertThat(Math.abs(moved - split)).isLessThan(Math.abs(delta));
        }
        // a move that fits is undone by its opposite
        int opposite = action == 0 ? 0 : action % 2 == 1 ? action + 1 : action - 1;
        if (moved == split + delta) {
          assertThat(range.move(moved, moves.delta(opposite))).isEqualTo(split);
        }
        split = moved;
      }
    }
  }

  @Test
  void movePastTheLastLayerGoesAsFarAsFits() {
    SplitRange range = new SplitRange(1, 29);

    assertThat(range.move(28, 4)).isEqualTo(29);
    assertThat(range.move(2, -3)).isEqualTo(1);
    assertThat(range.move(29, Integer.MAX_VALUE)).isEqualTo(29);
    assertThat(range.move(1, Integer.MIN_VALUE)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 2, 4, 6, 8, 10, 11})
  void otherNumbersOfActionsAreRefused(int actions) {
    assertThatThrownBy(() -> new Moves(actions))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("actions is " + actions + ", must be 3, 5, 7 or 9");
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "-1, 5", "6, 5"})
  void aRangeThatIsNoneIsRefused(int min, int max) {
    assertThatThrownBy(() -> new SplitRange(min, max)).isInstanceOf(InvalidValueException.class);
  }
}
