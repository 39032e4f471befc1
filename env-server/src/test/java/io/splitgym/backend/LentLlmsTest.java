package io.splitgym.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.backend.LentLlms.Loan;
import io.splitgym.backend.LentLlms.Setting;
import io.splitgym.decoder.Precision;
import io.splitgym.measurement.BlockingEvaluator;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.registry.BackendLoadingException;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LentLlmsTest {
  private static final int BAD_WINDOW = 13;

  private final Fake fake = new Fake();
  private final LentLlms llms = new LentLlms(fake, 2);

  private static Setting setting(int window) {
    return new Setting("a", Precision.F32, window, 2048);
  }

  @Test
  void settingsOfOneModelShareItsWeights() throws IOException {
    Loan first = llms.borrow(setting(64));
    Loan second = llms.borrow(setting(128));
    assertThat(second.evaluator()).isNotSameAs(first.evaluator());
    assertThat(second.model()).isSameAs(first.model());
    assertThat(fake.loads).hasValue(1);
  }

  @Test
  void environmentsOfOneSettingShareItsEvaluatorWhichOutlivesThem() throws IOException {
    Loan first = llms.borrow(setting(64));
    Loan second = llms.borrow(setting(64));
    assertThat(second.evaluator()).isSameAs(first.evaluator());
    first.close();
    second.close();
    try (Loan third = llms.borrow(setting(64))) {
      assertThat(third.evaluator()).isSameAs(first.evaluator());
    }
    assertThat(fake.closedEvaluators()).isZero();
  }

  @Test
  void theIdleOneThatWasUsedLongestAgoMakesRoom() throws IOException {
    llms.borrow(setting(64)).close();
    llms.borrow(setting(128)).close();
    llms.borrow(setting(64)).close();
    llms.borrow(setting(256)).close();
    assertThat(fake.closed(setting(128))).isEqualTo(1);
    assertThat(fake.closed(setting(64))).isZero();
    assertThat(fake.loads).hasValue(1);
    assertThat(fake.unloads).hasValue(0);
  }

  @Test
  void manySettingsInTurnNeverBlockOneAnother() throws IOException {
    for (int window = 16; window < 48; window++) {
      llms.borrow(setting(window)).close();
    }
    assertThat(fake.closedEvaluators()).isEqualTo(48 - 16 - 2);
    assertThat(fake.loads).hasValue(1);
  }

  @Test
  void whatIsInUseNeverGoesAndTheRefusalNamesTheLimit() throws IOException {
    Loan first = llms.borrow(setting(64));
    Loan other = llms.borrow(setting(64));
    llms.borrow(setting(128));
    first.close();
    first.close();
    assertThatThrownBy(() -> llms.borrow(setting(256)))
        .isInstanceOfSatisfying(
            LimitReachedException.class,
            e -> {
              assertThat(e.limit()).isEqualTo("llm settings");
              assertThat(e.allowed()).startsWith("at most 2 combinations");
              assertThat(e).hasMessageContaining("a in f32 with window 128 and maxTokens 2048");
            });
    assertThat(fake.closedEvaluators()).isZero();
    other.close();
    llms.borrow(setting(256));
    assertThat(fake.closed(setting(64))).isEqualTo(1);
  }

  @Test
  void weightsGoWithTheLastEvaluatorOfTheirModel() throws IOException {
    LentLlms one = new LentLlms(fake, 1);
    one.borrow(new Setting("a", Precision.F32, 64, 2048)).close();
    one.borrow(new Setting("a", Precision.F32, 128, 2048)).close();
    assertThat(fake.unloads).hasValue(0);
    one.borrow(new Setting("b", Precision.F32, 64, 2048));
    assertThat(fake.loads).hasValue(2);
    assertThat(fake.unloads).hasValue(1);
  }

  @Test
  void whatFailsToOpenTakesNoPlaceAndLeavesNoWeights() throws IOException {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> llms.borrow(setting(BAD_WINDOW)))
          .isInstanceOf(InvalidValueException.class);
    }
    assertThat(fake.unloads.get()).isEqualTo(fake.loads.get());
    llms.borrow(setting(64));
    llms.borrow(setting(128));
  }

  @Test
  void aModelThatFailedToLoadIsTriedAgain() throws IOException {
    fake.failing = true;
    assertThatThrownBy(() -> llms.borrow(setting(64))).isInstanceOf(IOException.class);
    fake.failing = false;
    llms.borrow(setting(64));
    assertThat(fake.loads).hasValue(2);
  }

  @Test
  void thoseWhoAskAtOnceWaitForOneLoadAndOthersDont() throws Exception {
    llms.borrow(new Setting("b", Precision.F32, 64, 2048)).close();
    fake.gate = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Loan>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asked.add(threads.submit(() -> llms.borrow(setting(64))));
      }
      while (fake.loads.get() < 2) {
        Thread.sleep(5);
      }
      // the one that is there answers while the other is loaded
      llms.borrow(new Setting("b", Precision.F32, 64, 2048)).close();
      assertThat(asked).noneMatch(Future::isDone);
      fake.gate.countDown();
      for (Future<Loan> loan : asked) {
        assertThat(loan.get(20, TimeUnit.SECONDS).evaluator())
            .isSameAs(fake.evaluators.get(setting(64)));
      }
      assertThat(fake.loads).hasValue(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void closingEndsWhatIsInUseTooAndLendsNothingMore() throws IOException {
    Loan lent = llms.borrow(setting(64));
    llms.borrow(setting(128)).close();
    llms.close();
    assertThat(fake.closedEvaluators()).isEqualTo(2);
    assertThat(fake.unloads).hasValue(1);
    lent.close();
    llms.close();
    assertThat(fake.closedEvaluators()).isEqualTo(2);
    assertThatThrownBy(() -> llms.borrow(setting(64))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whoDoesNotWaitIsToldThatItLoadsAndItLoadsOnce() throws Exception {
    fake.gate = new CountDownLatch(1);
    Duration brief = Duration.ofMillis(30);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> llms.borrow(setting(64), brief))
          .isInstanceOf(BackendLoadingException.class)
          .hasMessageContaining("a is still loading");
    }
    fake.gate.countDown();
    try (Loan loan = llms.borrow(setting(64), Duration.ofSeconds(20))) {
      assertThat(loan.evaluator()).isNotNull();
    }
    assertThat(fake.loads).hasValue(1);
    fake.failing = true;
    assertThatThrownBy(() -> new LentLlms(fake, 2).borrow(setting(64), Duration.ofSeconds(20)))
        .isInstanceOf(IOException.class)
        .hasMessage("damaged");
  }

  private static final class Fake implements LentLlms.Source {
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger unloads = new AtomicInteger();
    private final Map<Setting, BlockingEvaluator> evaluators = new ConcurrentHashMap<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean failing;

    int closed(Setting setting) {
      return Optional.ofNullable(evaluators.get(setting)).orElseThrow().closed();
    }

    int closedEvaluators() {
      return evaluators.values().stream().mapToInt(BlockingEvaluator::closed).sum();
    }

    @Override
    public EvaluatorSource.Loaded load(LentLlms.ModelInPrecision model) throws IOException {
      loads.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (failing) {
        throw new IOException("damaged");
      }
      return new Weights();
    }

    @Override
    public SplitEvaluator evaluator(EvaluatorSource.Loaded model, Setting setting) {
      if (setting.window() == BAD_WINDOW) {
        throw new InvalidValueException("window", BAD_WINDOW, "luckier");
      }
      BlockingEvaluator evaluator = new BlockingEvaluator();
      evaluators.put(setting, evaluator);
      return evaluator;
    }

    private final class Weights extends StandInLlm {
      Weights() {
        super(new BlockingEvaluator());
      }

      @Override
      public void close() {
        unloads.incrementAndGet();
      }
    }
  }
}
