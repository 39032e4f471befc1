package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineMemoryTest {
  private static final long GIB = 1L << 30;

  /** 32 heads in groups of 4, as LLaMA 3 has them. */
  private static final TransformerShape SHAPE =
      new TransformerShape(32, 4096, 32, 8, 128, 14336, true, 128256, 131072);

  @Test
  void windowsAreAsLongAsHalfOfTheMemoryHasRoomForTheirAttention() {
    int longest = MachineMemory.longestWindow(SHAPE, 1, 24 * GIB);
    // a mask of 4 rows, and scores of 32 heads twice, 4 bytes each
    double bytes = 4.0 * (4 + 2 * 32) * longest * longest;
    assertThat(bytes).isBetween(11.99 * GIB, 12.0 * GIB);
    assertThat(MachineMemory.longestWindow(SHAPE, 2, 24 * GIB)).isLessThan(longest);
  }

  @Test
  void layersStayWhereAllOfThemTakeAtMostHalfOfTheMemory() {
    long elements = 7L << 30;
    assertThat(MachineMemory.layerBytes(elements, 2, 28 * GIB)).isEqualTo(Long.MAX_VALUE);
    assertThat(MachineMemory.layerBytes(elements, 2, 28 * GIB - 1)).isZero();
    assertThat(MachineMemory.layerBytes(elements, 4, 28 * GIB)).isZero();
  }

  @Test
  void noWindowIsLongerThanTheContext() {
    assertThat(MachineMemory.longestWindow(SHAPE, 1, 1L << 50)).isEqualTo(131072);
  }
}
