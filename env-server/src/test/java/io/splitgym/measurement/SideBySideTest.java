package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SideBySideTest {
  private final Semaphore begun = new Semaphore(0);
  private final AtomicInteger ended = new AtomicInteger();
  private final CountDownLatch never = new CountDownLatch(1);

  private Integer waits() {
    begun.release();
    try {
      never.await();
      return 0;
    } catch (InterruptedException e) {
      throw new CancellationException("interrupted");
    } finally {
      ended.incrementAndGet();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50})
  void answersComeInTheOrderOfTheWork(int threads) {
    List<Supplier<Integer>> work = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int number = i;
      work.add(() -> number * number);
      expected.add(number * number);
    }
    assertThat(SideBySide.all(work, threads)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void whoeverInterruptsTheCallerEndsAllThatWasBegunAndNothingElseBegins(int threads)
      throws Exception {
    List<Supplier<Integer>> work = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      work.add(this::waits);
    }
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                SideBySide.all(work, threads);
              } catch (CancellationException e) {
                interrupted.complete(Thread.currentThread().isInterrupted());
                failure.complete(e);
              }
            });
    caller.start();
    assertThat(begun.tryAcquire(threads, 20, TimeUnit.SECONDS)).isTrue();
    caller.interrupt();
    failure.get(20, TimeUnit.SECONDS);
    // none of them goes on behind the caller's back
    assertThat(ended).hasValue(threads);
    assertThat(begun.availablePermits()).isZero();
    assertThat(interrupted.get()).isEqualTo(threads > 1);
  }

  @Test
  void aFailureEndsTheOthers() {
    List<Supplier<Integer>> work =
        List.of(
            this::waits,
            () -> {
              begun.acquireUninterruptibly();
              throw new IllegalStateException("no memory left");
            },
            this::waits);
    assertThatThrownBy(() -> SideBySide.all(work, 2)).hasMessage("no memory left");
    assertThat(ended).hasValue(1);
  }
}
