package io.splitgym.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewardTest {
  private static final ChannelState ANYWHERE = new ChannelState(0.2, 1);

  @Test
  void theObjectiveCountsNatsLostAndLayersCarried() {
    RewardTerms reward = new ObjectiveReward(2, 3).of(outcome(0, 4.5, 3.25, 6));

    assertThat(reward.terms()).containsExactly(entry("inference", -2.5), entry("load", -0.6));
    assertThat(reward.total()).isCloseTo(-3.1, within(1e-15));
  }

  @Test
  void theObjectiveNeedsNoMeasurementOfTheStart() {
    assertThat(ObjectiveReward.DEFAULT.needsStart()).isFalse();
    SplitOutcome outcome = new SplitOutcome(ANYWHERE, OptionalDouble.empty(), 3.5, 3, 15, 29, 30);

    assertThat(ObjectiveReward.DEFAULT.of(outcome).total()).isCloseTo(-1, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    // PPL_init 20, p_max 10: worked out by hand
    "20, 10, 0",
    "10, 5, 5.75",
    "25, 1, -1.725",
    "40, 2, -9.7",
    "4, 10, 8.4"
  })
  void theReferencesRewardIsItsFormula(double perplexity, int split, double total) {
    SplitOutcome outcome =
        new SplitOutcome(
            ANYWHERE,
            OptionalDouble.of(Math.log(20)),
            Math.log(perplexity),
            Math.log(4),
            split,
            10,
            30);

    assertThat(new ReferenceReward(true).of(outcome).total()).isCloseTo(total, within(1e-12));
    assertThat(new ReferenceReward(false).of(outcome).total()).isCloseTo(total, within(1e-12));
  }

  @Test
  void theReferencesPerplexityTermIsClippedUnlessSwitchedOff() {
    SplitOutcome wrecked = outcome(Math.log(20), Math.log(2020), Math.log(20), 10);

    assertThat(new ReferenceReward(true).of(wrecked).terms())
        .containsExactly(entry("perplexity", -10.5), entry("load", 0.0));
    assertThat(new ReferenceReward(false).of(wrecked).terms().get("perplexity"))
        .isCloseTo(-1050, within(1e-9));
  }

  @Test
  void theReferencesRewardNeedsTheStart() {
    SplitOutcome outcome = new SplitOutcome(ANYWHERE, OptionalDouble.empty(), 3, 3, 5, 10, 30);

    assertThat(ReferenceReward.DEFAULT.needsStart()).isTrue();
    assertThatThrownBy(() -> ReferenceReward.DEFAULT.of(outcome))
        .isInstanceOf(NoSuchElementException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noPerplexityMakesARewardThatIsNoNumber(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    double[] extremes = {-Double.MAX_VALUE, -1e5, 0, 11, 709, 711, 1e5, 1e300, Double.MAX_VALUE};
    Reward[] rewards = {
      new ObjectiveReward(1, 1),
      new ObjectiveReward(ObjectiveReward.GREATEST_WEIGHT, ObjectiveReward.GREATEST_WEIGHT),
      new ObjectiveReward(0, 0),
      new ReferenceReward(true),
      new ReferenceReward(false)
    };
    for (double start : extremes) {
      for (double end : extremes) {
        for (Reward reward : rewards) {
          SplitOutcome outcome =
              outcome(start, end, random.nextUniform(-10, 10), random.nextInteger(1, 10));
          RewardTerms terms = reward.of(outcome);
          assertThat(Float.isFinite((float) terms.total()))
              .as("seed %d: %s of %s is %s", seed, reward, outcome, terms)
              .isTrue();
          assertThat(terms.terms().values().stream().mapToDouble(term -> term).sum())
              .isEqualTo(terms.total());
        }
      }
    }
  }

  @Test
  void withoutTheClipAnOverflowingPerplexityCostsTheBound() {
    assertThat(new ReferenceReward(false).of(outcome(3, 1000, 3, 10)).terms().get("perplexity"))
        .isEqualTo(-RewardTerms.BOUND);
  }

  @Test
  void aPerplexityThatVanishesGainsTheReferencesWholeTerm() {
    assertThat(new ReferenceReward(false).of(outcome(1000, 3, 3, 10)).terms().get("perplexity"))
        .isEqualTo(10.5);
  }

  @ParameterizedTest
  @CsvSource({"-1, 1, inferenceWeight", "1, 1e7, loadWeight", "NaN, 1, inferenceWeight"})
  void aWeightOutsideItsRangeIsRefused(double inference, double load, String field) {
    assertThatThrownBy(() -> new ObjectiveReward(inference, load))
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            e -> {
              assertThat(e.field()).isEqualTo(field);
              assertThat(e.allowed()).isEqualTo("in [0, 1000000]");
            });
  }

  private static SplitOutcome outcome(double start, double end, double clean, int split) {
    return new SplitOutcome(ANYWHERE, OptionalDouble.of(start), end, clean, split, 10, 30);
  }
}
