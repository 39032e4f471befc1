package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HiddenStateCacheTest {
  private static final float[][] STATES = {{1f, -2.5f, Float.MIN_VALUE}, {4e30f, 0f, -0f}};

  @Test
  void whatExceedsTheMemoryComesBackFromDiskBitForBit() {
    try (HiddenStateCache cache = new HiddenStateCache(STATES.length * 3L * Float.BYTES)) {
      cache.put(0, 1, STATES);
      cache.put(0, 2, new float[][] {{7f, 8f, 9f}, {10f, 11f, 12f}});
      cache.put(1, 2, STATES);
      assertThat(cache.get(0, 1)).isDeepEqualTo(STATES);
      assertThat(cache.get(1, 2)).isDeepEqualTo(STATES).isNotSameAs(STATES);
      assertThat(cache.get(0, 2)[1]).containsExactly(10f, 11f, 12f);
    }
  }

  @Test
  void theDeepestKeptLayerIsWhereToGoOnFrom() {
    try (HiddenStateCache cache = new HiddenStateCache(0)) {
      assertThat(cache.deepest(0, 29)).isEmpty();
      cache.put(0, 3, STATES);
      cache.put(0, 9, STATES);
      cache.put(1, 20, STATES);
      assertThat(cache.deepest(0, 29)).isEqualTo(OptionalInt.of(9));
      assertThat(cache.deepest(0, 8)).isEqualTo(OptionalInt.of(3));
      assertThat(cache.deepest(0, 2)).isEmpty();
    }
  }
}
