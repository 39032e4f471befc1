package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import org.junit.jupiter.api.Test;

class KeptTablesTest {
  private static final TransformerShape SHAPE =
      new TransformerShape(2, 8, 2, 1, 16, 32, 64, 10_000, 1e-5);

  @Test
  void oneLengthHasOneTableWhichOutlivesTheScopeThatMadeIt() {
    try (NDManager manager = TorchRuntime.newManager();
        KeptTables kept = new KeptTables(manager, SHAPE, 1 << 20)) {
      AttentionTables first;
      try (NDScope scope = new NDScope();
          KeptTables.Use use = kept.use(5)) {
        scope.suppressNotUsedWarning();
        first = use.tables();
      }
      try (KeptTables.Use use = kept.use(5)) {
        assertThat(use.tables()).isSameAs(first);
        assertThat(use.tables().mask().toFloatArray()[1]).isEqualTo(Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Test
  void beyondTheBoundOnlyWhatIsInUseStays() {
    try (NDManager manager = TorchRuntime.newManager();
        KeptTables kept = new KeptTables(manager, SHAPE, 0)) {
      try (KeptTables.Use outer = kept.use(5)) {
        kept.use(6).close();
        assertThat(kept.size()).isEqualTo(1);
        assertThat(outer.tables().cosine().toFloatArray()[0]).isEqualTo(1);
      }
      assertThat(kept.size()).isZero();
    }
  }

  @Test
  void theLengthUsedLongestAgoGoesFirst() {
    try (NDManager manager = TorchRuntime.newManager()) {
      long ofFive = AttentionTables.of(manager, SHAPE, 5).bytes();
      try (KeptTables kept = new KeptTables(manager, SHAPE, 2 * ofFive)) {
        kept.use(4).close();
        AttentionTables five;
        try (KeptTables.Use use = kept.use(5)) {
          five = use.tables();
        }
        kept.use(3).close();
        assertThat(kept.size()).isEqualTo(2);
        try (KeptTables.Use use = kept.use(5)) {
          assertThat(use.tables()).isSameAs(five);
        }
      }
    }
  }
}
