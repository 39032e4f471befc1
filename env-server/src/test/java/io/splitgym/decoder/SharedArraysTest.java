package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SharedArraysTest {
  private static final TransformerShape SHAPE =
      new TransformerShape(2, 8, 2, 1, 4, 16, true, 32, 64);
  private static final Positions POSITIONS = new Positions(List.of(1.0, 0.01), OptionalInt.empty());

  private static SharedArrays<Integer, AttentionTables> tables(NDManager manager, long bound) {
    return new SharedArrays<>(
        length -> AttentionTables.of(manager, SHAPE, POSITIONS, 0, length), bound);
  }

  @Test
  void oneLengthHasOneTableWhichOutlivesTheScopeThatMadeIt() {
    try (NDManager manager = TorchRuntime.newManager();
        SharedArrays<Integer, AttentionTables> kept = tables(manager, 1 << 20)) {
      AttentionTables first;
      try (NDScope scope = new NDScope();
          SharedArrays.Use<Integer, AttentionTables> use = kept.use(5)) {
        scope.suppressNotUsedWarning();
        first = use.item();
      }
      try (SharedArrays.Use<Integer, AttentionTables> use = kept.use(5)) {
        assertThat(use.item()).isSameAs(first);
        assertThat(use.item().mask().toFloatArray()[1]).isEqualTo(Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Test
  void beyondTheBoundOnlyWhatIsInUseStays() {
    try (NDManager manager = TorchRuntime.newManager();
        SharedArrays<Integer, AttentionTables> kept = tables(manager, 0)) {
      try (SharedArrays.Use<Integer, AttentionTables> outer = kept.use(5)) {
        kept.use(6).close();
        assertThat(kept.size()).isEqualTo(1);
        assertThat(outer.item().mask().toFloatArray()[0]).isZero();
      }
      assertThat(kept.size()).isZero();
    }
  }

  @Test
  void theLengthUsedLongestAgoGoesFirst() {
    try (NDManager manager = TorchRuntime.newManager()) {
      long ofFive = AttentionTables.of(manager, SHAPE, POSITIONS, 0, 5).bytes();
      try (SharedArrays<Integer, AttentionTables> kept = tables(manager, 2 * ofFive)) {
        kept.use(4).close();
        AttentionTables five;
        try (SharedArrays.Use<Integer, AttentionTables> use = kept.use(5)) {
          five = use.item();
        }
        kept.use(3).close();
        assertThat(kept.size()).isEqualTo(2);
        try (SharedArrays.Use<Integer, AttentionTables> use = kept.use(5)) {
          assertThat(use.item()).isSameAs(five);
        }
      }
    }
  }
}
