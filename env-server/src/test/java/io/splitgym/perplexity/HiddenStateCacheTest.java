package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HiddenStateCacheTest {
  private static final float[][] STATES = {{1f, -2.5f, Float.MIN_VALUE}, {4e30f, 0f, -0f}};
  private static final int VALUES = 6;
  private static final long BYTES = VALUES * Float.BYTES;

  @Test
  void whatExceedsTheMemoryComesBackFromDiskBitForBit() {
    try (HiddenStateCache cache = cache(BYTES, 10 * BYTES)) {
      cache.put(0, 1, STATES);
      cache.put(0, 2, new float[][] {{7f, 8f, 9f}, {10f, 11f, 12f}});
      cache.put(1, 2, STATES);
      assertThat(states(cache, 0, 1)).isDeepEqualTo(STATES);
      assertThat(states(cache, 1, 2)).isDeepEqualTo(STATES).isNotSameAs(STATES);
      assertThat(states(cache, 0, 2)[1]).containsExactly(10f, 11f, 12f);
    }
  }

  @Test
  void theDeepestKeptLayerIsWhereToGoOnFrom() {
    try (HiddenStateCache cache = cache(0, 10 * BYTES)) {
      assertThat(cache.deepest(0, 29)).isEmpty();
      cache.put(0, 3, STATES);
      cache.put(0, 9, STATES);
      cache.put(1, 20, STATES);
      assertThat(split(cache, 0, 29)).isEqualTo(9);
      assertThat(split(cache, 0, 8)).isEqualTo(3);
      assertThat(cache.deepest(0, 2)).isEmpty();
    }
  }

  @Test
  void aFullDiskKeepsWhatWasUsedLast() {
    try (HiddenStateCache cache = cache(0, 3 * BYTES)) {
      for (int split = 1; split <= 3; split++) {
        cache.put(0, split, filled(split));
      }
      assertThat(split(cache, 0, 1)).isEqualTo(1);
      cache.put(0, 4, filled(4));
      cache.put(0, 5, filled(5));
      assertThat(cache.diskBytes()).isEqualTo(3 * BYTES);
      assertThat(split(cache, 0, 3)).isEqualTo(1);
      for (int split : new int[] {1, 4, 5}) {
        assertThat(states(cache, 0, split)).isDeepEqualTo(filled(split));
      }
    }
  }

  @Test
  void smallerBatchesHaveARoomOfTheirOwnToo() {
    try (HiddenStateCache cache = cache(0, 2 * BYTES)) {
      cache.put(0, 1, filled(1));
      cache.put(1, 1, new float[][] {{5f}});
      cache.put(1, 2, new float[][] {{6f, 7f}});
      assertThat(states(cache, 1, 1)).isDeepEqualTo(new float[][] {{5f}});
      assertThat(states(cache, 1, 2)).isDeepEqualTo(new float[][] {{6f, 7f}});
      assertThat(cache.deepest(0, 29)).isEmpty();
    }
  }

  @Test
  void withoutAnyRoomNothingIsKept() {
    try (HiddenStateCache cache = cache(BYTES - 1, BYTES - 1)) {
      cache.put(0, 1, STATES);
      assertThat(cache.deepest(0, 29)).isEmpty();
      assertThat(cache.diskBytes()).isZero();
    }
  }

  @Test
  void aFileThatCanNotBeReadCostsNothingButTime() {
    HiddenStateCache cache = cache(0, 3 * BYTES);
    cache.put(0, 1, STATES);
    // an interrupt closes the channel that is being read
    Thread.currentThread().interrupt();
    assertThat(cache.deepest(0, 29)).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
    cache.put(0, 1, STATES);
    assertThat(cache.deepest(0, 29)).isEmpty();
    cache.close();
  }

  private static HiddenStateCache cache(long memory, long disk) {
    return new HiddenStateCache(new HiddenStateBounds(memory, disk), VALUES);
  }

  private static float[][] filled(float value) {
    float[][] states = new float[2][3];
    for (float[] state : states) {
      Arrays.fill(state, value);
    }
    return states;
  }

  private static int split(HiddenStateCache cache, int batch, int atMost) {
    return cache.deepest(batch, atMost).orElseThrow().split();
  }

  private static float[][] states(HiddenStateCache cache, int batch, int split) {
    HiddenStateCache.Found found = cache.deepest(batch, split).orElseThrow();
    assertThat(found.split()).isEqualTo(split);
    return found.states();
  }
}
