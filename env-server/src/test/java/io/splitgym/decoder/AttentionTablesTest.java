package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AttentionTablesTest {
  private static final float NO = Float.NEGATIVE_INFINITY;
  private static final TransformerShape SHAPE =
      new TransformerShape(2, 8, 2, 1, 4, 16, true, 32, 64);

  private static Positions reaching(OptionalInt reach) {
    return new Positions(List.of(1.0, 0.01), reach);
  }

  @Test
  void aTokenLooksAtItselfAndAtThoseBeforeItInEachHeadOfAGroup() {
    try (NDManager manager = TorchRuntime.newManager()) {
      AttentionTables tables =
          AttentionTables.of(manager, SHAPE, reaching(OptionalInt.empty()), 0, 3);
      assertThat(tables.mask().getShape().getShape()).containsExactly(6, 3);
      assertThat(tables.mask().toFloatArray())
          .containsExactly(0, NO, NO, 0, 0, NO, 0, 0, 0, 0, NO, NO, 0, 0, NO, 0, 0, 0);
    }
  }

  @Test
  void withASlidingWindowItLooksNoFurtherBack() {
    try (NDManager manager = TorchRuntime.newManager()) {
      AttentionTables tables =
          AttentionTables.of(manager, SHAPE, reaching(OptionalInt.of(2)), 0, 4);
      assertThat(Arrays.copyOf(tables.mask().toFloatArray(), 16))
          .containsExactly(0, NO, NO, NO, 0, 0, NO, NO, NO, 0, 0, NO, NO, NO, 0, 0);
    }
  }

  /** So a text that grows sees what a window sees. */
  @Test
  void tokensBehindOthersHaveTheTablesThatTheyHaveInTheWhole() {
    for (OptionalInt reach : List.of(OptionalInt.empty(), OptionalInt.of(3))) {
      try (NDManager manager = TorchRuntime.newManager()) {
        AttentionTables whole = AttentionTables.of(manager, SHAPE, reaching(reach), 0, 9);
        AttentionTables last = AttentionTables.of(manager, SHAPE, reaching(reach), 7, 2);
        float[] all = whole.mask().toFloatArray();
        assertThat(Arrays.copyOf(last.mask().toFloatArray(), 2 * 9))
            .containsExactly(Arrays.copyOfRange(all, 7 * 9, 9 * 9));
        for (int angles = 0; angles < 2; angles++) {
          assertThat(last.arrays().get(angles).toFloatArray())
              .containsExactly(whole.arrays().get(angles).get("7:9").toFloatArray());
        }
      }
    }
  }
}
