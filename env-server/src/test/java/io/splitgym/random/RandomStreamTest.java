package io.splitgym.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 42, Long.MIN_VALUE, Long.MAX_VALUE})
  void childrenDoNotDependOnWhatTheirParentHasGiven(long seed) {
    RandomStream untouched = RandomStream.ofSeed(seed);
    RandomStream consumed = RandomStream.ofSeed(seed);
    for (int i = 0; i < 100; i++) {
      consumed.nextGaussian();
    }
    consumed.named("other").nextLong();

    assertThat(numbers(consumed.named("noise", 3))).isEqualTo(numbers(untouched.named("noise", 3)));
  }

  @Test
  void derivingAChildLeavesTheParentAsItWas() {
    RandomStream alone = RandomStream.ofSeed(5);
    RandomStream parent = RandomStream.ofSeed(5);
    parent.named("a").nextLong();

    assertThat(numbers(parent)).isEqualTo(numbers(alone));
  }

  @Test
  void differentSeedsNamesNumbersAndDepthsGiveDifferentNumbers() {
    Set<Long> firsts = new HashSet<>();
    int streams = 0;
    for (long seed = -20; seed < 20; seed++) {
      RandomStream root = RandomStream.ofSeed(seed);
      for (RandomStream stream :
          new RandomStream[] {
            root,
            root.named("a"),
            root.named("b"),
            root.named("a", 1),
            root.named("a", -1),
            root.named("ab"),
            root.named("a").named("b"),
            root.named("b").named("a"),
            root.named("")
          }) {
        firsts.add(stream.nextLong());
        streams++;
      }
    }

    assertThat(firsts).hasSize(streams);
  }

  @Test
  void aRestoredStreamContinuesAndHasTheSameChildren() {
    RandomStream stream = RandomStream.ofSeed(9).named("noise", 4);
    stream.nextGaussian();
    stream.nextInteger(0, 6);
    String saved = stream.save();

    RandomStream restored = RandomStream.restore(saved);

    assertThat(numbers(restored)).isEqualTo(numbers(stream));
    assertThat(numbers(restored.named("child"))).isEqualTo(numbers(stream.named("child")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "AAAA", "not base 64!", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGk="})
  void whatIsNoSavedStreamIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> RandomStream.restore(text));
  }

  @Test
  void drawsHaveTheMomentsOfTheirDistributions() {
    RandomStream stream = RandomStream.ofSeed(123);
    int draws = 200_000;
    double normal = 0;
    double normalSquare = 0;
    double uniform = 0;
    double gamma = 0;
    int[] dice = new int[6];
    for (int i = 0; i < draws; i++) {
      double w = stream.nextGaussian();
      normal += w / draws;
      normalSquare += w * w / draws;
      uniform += stream.nextUniform(2, 4) / draws;
      gamma += stream.nextGamma(0.5, 3) / draws;
      dice[stream.nextInteger(1, 6) - 1]++;
    }

    // five standard errors each
    assertThat(normal).isCloseTo(0, within(5 / Math.sqrt(draws)));
    assertThat(normalSquare).isCloseTo(1, within(5 * Math.sqrt(2.0 / draws)));
    assertThat(uniform).isCloseTo(3, within(5 * 2 / Math.sqrt(12.0 * draws)));
    assertThat(gamma).isCloseTo(1.5, within(5 * Math.sqrt(4.5 / draws)));
    for (int count : dice) {
      assertThat(count / (double) draws).isCloseTo(1 / 6.0, within(5 * 0.373 / Math.sqrt(draws)));
    }
  }

  private static long[] numbers(RandomStream stream) {
    long[] numbers = new long[8];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = stream.nextLong();
    }
    return numbers;
  }
}
