package io.splitgym.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
  void ownMovesMayBeLopsided() {
    Moves moves = new Moves(List.of(0, -1, 1, 2, 4));
    SplitRange splits = new SplitRange(1, 10);
    assertThat(moves.actions()).isEqualTo(5);
    assertThat(moves.farthest()).isEqualTo(4);
    assertThat(moves.target(5, 4, splits)).isEqualTo(9);
    assertThat(moves.target(8, 4, splits)).isEqualTo(10);
    assertThat(moves.target(1, 1, splits)).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("noMoves")
  void movesThatAreNoneTwiceThereOrTooFarAreRefused(List<Integer> deltas) {
    assertThatThrownBy(() -> new Moves(deltas))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("moves is ");
  }

  static Stream<List<Integer>> noMoves() {
    return Stream.of(
        List.of(),
        List.of(1, 2, 1),
        List.of(0, 10_001),
        List.of(Integer.MIN_VALUE),
        IntStream.range(0, 65).boxed().toList());
  }

  /** Each split that can be reached is reached by exactly one action that isn't masked. */
  @ParameterizedTest
  @MethodSource("actionSets")
  void theMaskLeavesOneActionForEachSplitThatCanBeReached(ActionSet actions) {
    SplitRange splits = new SplitRange(2, 9);
    for (int split = 2; split <= 9; split++) {
      byte[] mask = new byte[actions.actions() + 2];
      actions.mask(split, splits, mask, 1);
      List<Integer> unmasked = new ArrayList<>();
      Set<Integer> reachable = new TreeSet<>();
      for (int action = 0; action < actions.actions(); action++) {
        int target = actions.target(split, action, splits);
        reachable.add(target);
        if (mask[action + 1] == 1) {
          unmasked.add(target);
        }
      }
      assertThat(unmasked).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(reachable);
      assertThat(mask[0] + mask[mask.length - 1]).isZero();
    }
  }

  static Stream<ActionSet> actionSets() {
    return Stream.of(
        new Moves(3),
        new Moves(9),
        new Moves(List.of(0, -1, 1, 2, 4)),
        new Moves(List.of(-20, 20)),
        new Moves(List.of(30, 20, -1)),
        new AbsoluteSplits(new SplitRange(2, 9)));
  }

  @Test
  void aMoveThatAnEndCutsShortIsMaskedForTheOneThatIsNot() {
    byte[] mask = new byte[5];
    new Moves(5).mask(2, new SplitRange(1, 10), mask, 0);
    assertThat(mask).containsExactly(1, 1, 1, 0, 1);
  }

  @Test
  void anAbsoluteActionNamesItsSplit() {
    AbsoluteSplits actions = new AbsoluteSplits(new SplitRange(3, 12));
    assertThat(actions.actions()).isEqualTo(10);
    assertThat(actions.target(7, 0, actions.splits())).isEqualTo(3);
    assertThat(actions.target(7, 9, actions.splits())).isEqualTo(12);
    assertThatThrownBy(() -> actions.target(7, 10, actions.splits()))
        .hasMessage("action is 10, must be in [0, 9]");
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
