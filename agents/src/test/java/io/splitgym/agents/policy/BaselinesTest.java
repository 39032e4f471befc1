package io.splitgym.agents.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.environment.Moves;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.space.BoxElement;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselinesTest {
  private static final BoxElement ANYWHERE = new BoxElement(0.1f, 1, 7);

  @Test
  void randomTakesEveryActionEquallyOften() {
    RandomStream random = RandomStream.ofSeed(5);
    Agent.Actor actor = new RandomPolicy(5).begin(ANYWHERE, random);
    int[] taken = new int[5];
    for (int i = 0; i < 10_000; i++) {
      taken[actor.act(ANYWHERE)]++;
    }
    // 5 standard deviations of a binomial count
    for (int count : taken) {
      assertThat(count).isBetween(1800, 2200);
    }
  }

  @Test
  void sameRandomStreamSameActions() {
    assertThat(actions(new RandomPolicy(7), 3)).isEqualTo(actions(new RandomPolicy(7), 3));
    assertThat(actions(new RandomPolicy(7), 3)).isNotEqualTo(actions(new RandomPolicy(7), 4));
  }

  @Test
  void impossibleActionsAreNeverDrawn() {
    Policy second =
        new Policy() {
          @Override
          public String name() {
            return "second";
          }

          @Override
          public double[] probabilities(io.splitgym.space.SpaceElement observation) {
            return new double[] {0, 1, 0};
          }
        };
    assertThat(actions(second, 1)).containsOnly(1);
    assertThat(second.greedyAction(ANYWHERE)).isEqualTo(1);
  }

  @Test
  void stayNeverMoves() {
    assertThat(new StayPolicy(3).probabilities(ANYWHERE)).containsExactly(1, 0, 0);
  }

  @Test
  void staticSplitGoesThereAsFastAsTheActionsAllowAndStays() {
    Moves moves = new Moves(5);
    SplitRange splits = new SplitRange(1, 29);
    Policy policy = new StaticSplitPolicy(moves, splits, 12);
    List<Integer> visited = new ArrayList<>();
    int split = 7;
    for (int step = 0; step < 5; step++) {
      split = splits.move(split, moves.delta(policy.greedyAction(new BoxElement(0.1f, 1, split))));
      visited.add(split);
    }
    assertThat(visited).containsExactly(9, 11, 12, 12, 12);
  }

  @Test
  void staticSplitMustBeReachable() {
    assertThatThrownBy(() -> new StaticSplitPolicy(new Moves(5), new SplitRange(1, 10), 11))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("target is 11, must be in [1, 10]");
  }

  @Test
  void probabilitiesSumToOne() {
    List<Policy> policies =
        List.of(
            new RandomPolicy(7),
            new StayPolicy(7),
            new StaticSplitPolicy(new Moves(7), new SplitRange(1, 29), 4));
    for (Policy policy : policies) {
      double sum = 0;
      for (double probability : policy.probabilities(ANYWHERE)) {
        sum += probability;
      }
      assertThat(sum).as(policy.name()).isCloseTo(1, within(1e-12));
    }
  }

  private static List<Integer> actions(Policy policy, long seed) {
    Agent.Actor actor = policy.begin(ANYWHERE, RandomStream.ofSeed(seed));
    List<Integer> actions = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      actions.add(actor.act(ANYWHERE));
    }
    return actions;
  }
}
