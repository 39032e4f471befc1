package io.splitgym.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.registry.CountingSpec;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.space.BoxElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final EnvironmentRequest COUNTING = EnvironmentRequest.of(CountingSpec.ID);
  private static final String CLIENT = "192.0.2.1";
  private static final BoxElement STEP = new BoxElement(1, 0);
  private static final BoxElement WAIT = new BoxElement(9, 0);
  private static final BoxElement WAIT_WHATEVER_HAPPENS = new BoxElement(7, 0);

  /** It starts near its end: it wraps, as that of a long-running machine may. */
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

  private final CountingSpec counting = new CountingSpec();
  private final Sessions sessions = sessions(3, 4, Duration.ofSeconds(20));

  @Test
  void aSessionLeftIdleIsGoneAndItsEnvironmentClosed() {
    Session session = sessions.create(COUNTING, CLIENT);
    pass(Duration.ofMinutes(29));
    sessions.expireIdle();
    assertThat(sessions.get(session.id())).isSameAs(session);
    pass(Duration.ofMinutes(30));
    sessions.expireIdle();
    assertThat(counting.closed).hasValue(1);
    assertThatThrownBy(() -> sessions.get(session.id()))
        .isInstanceOf(UnknownSessionException.class);
  }

  @Test
  void anIdleSessionIsGoneEvenBeforeAnyoneSweeps() {
    Session session = sessions.create(COUNTING, CLIENT);
    pass(Duration.ofMinutes(30));
    assertThatThrownBy(() -> sessions.get(session.id()))
        .isInstanceOf(UnknownSessionException.class);
    assertThat(counting.closed).hasValue(1);
  }

  @Test
  void everyCallKeepsASessionAlive() {
    Session session = sessions.create(COUNTING, CLIENT);
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofMinutes(20));
      sessions.get(session.id()).reset(null, Map.of());
      sessions.expireIdle();
    }
    assertThat(sessions.list()).containsExactly(session);
  }

  @Test
  void aSessionThatIsBeingWorkedOnIsNotIdle() throws Exception {
    Session session = sessions.create(COUNTING, CLIENT);
    session.reset(null, Map.of());
    CompletableFuture<?> step = CompletableFuture.supplyAsync(() -> session.step(WAIT));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    pass(Duration.ofHours(5));
    sessions.expireIdle();
    assertThat(counting.closed).hasValue(0);
    counting.latch.countDown();
    step.get(20, TimeUnit.SECONDS);
    sessions.expireIdle();
    assertThat(sessions.get(session.id())).isSameAs(session);
  }

  @Test
  void aFullServerMakesRoomOnceASessionIsIdle() {
    sessions.create(COUNTING, CLIENT);
    pass(Duration.ofMinutes(10));
    sessions.create(COUNTING, CLIENT);
    sessions.create(COUNTING, CLIENT);
    assertThatThrownBy(() -> sessions.create(COUNTING, CLIENT))
        .isInstanceOfSatisfying(
            LimitReachedException.class,
            e -> {
              assertThat(e.allowed()).isEqualTo("at most 3");
              assertThat(e.retryAfter()).isEqualTo(Duration.ofMinutes(20));
            });
    pass(Duration.ofMinutes(20));
    sessions.create(COUNTING, CLIENT);
    assertThat(sessions.list()).hasSize(3);
  }

  @Test
  void aCreationThatFailsTakesNoPlace() {
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> sessions.create(EnvironmentRequest.of("Nothing-v0"), CLIENT))
          .isInstanceOf(InvalidValueException.class);
    }
    for (int i = 0; i < 3; i++) {
      sessions.create(COUNTING, CLIENT);
    }
    assertThat(sessions.list()).hasSize(3);
  }

  @Test
  void neverMoreThanTheLimitHoweverManyAskAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> asked = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        asked.add(pool.submit(this::createIfAllowed));
      }
      int made = 0;
      for (Future<Boolean> one : asked) {
        made += one.get(20, TimeUnit.SECONDS) ? 1 : 0;
      }
      assertThat(made).isEqualTo(3);
      assertThat(sessions.list()).hasSize(3);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void callsOnOneSessionAreWorkedOnOneAtATime() throws Exception {
    Session session = sessions(1, 500, Duration.ofSeconds(20)).create(COUNTING, CLIENT);
    session.reset(null, Map.of());
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> steps = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        steps.add(pool.submit(() -> session.step(STEP)));
      }
      for (Future<?> step : steps) {
        step.get(20, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(counting.mostAtOnce).hasValue(1);
    assertThat(session.progress()).isEqualTo(new Progress(Progress.Status.RUNNING, 1, 400));
  }

  @Test
  void aCallThatWaitsTooLongIsTurnedAway() throws Exception {
    Session session = sessions(1, 4, Duration.ofMillis(20)).create(COUNTING, CLIENT);
    session.reset(null, Map.of());
    CompletableFuture<?> step = CompletableFuture.supplyAsync(() -> session.step(WAIT));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> session.step(STEP)).isInstanceOf(LimitReachedException.class);
    counting.latch.countDown();
    step.get(20, TimeUnit.SECONDS);
    session.step(STEP);
  }

  @Test
  void deletingCancelsTheStepWhichLearnsThatItsEnvironmentIsGone() throws Exception {
    Session session = sessions.create(COUNTING, CLIENT);
    session.reset(null, Map.of());
    CompletableFuture<Boolean> step =
        CompletableFuture.supplyAsync(
            () -> {
              assertThatThrownBy(() -> session.step(WAIT))
                  .isInstanceOf(UnknownSessionException.class);
              return Thread.currentThread().isInterrupted();
            });
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    sessions.delete(session.id());
    assertThat(counting.closed).hasValue(1);
    // the thread goes on to write the answer, so it is free of the interrupt
    assertThat(step.get(20, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void deletingWaitsForAStepThatCannotBeCancelled() throws Exception {
    Session session = sessions.create(COUNTING, CLIENT);
    session.reset(null, Map.of());
    CompletableFuture<?> step =
        CompletableFuture.supplyAsync(() -> session.step(WAIT_WHATEVER_HAPPENS));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> deletion =
        CompletableFuture.runAsync(() -> sessions.delete(session.id()));
    assertThat(counting.closed).hasValue(0);
    counting.latch.countDown();
    step.get(20, TimeUnit.SECONDS);
    deletion.get(20, TimeUnit.SECONDS);
    assertThat(counting.closed).hasValue(1);
    assertThatThrownBy(() -> session.step(STEP)).isInstanceOf(UnknownSessionException.class);
    assertThatThrownBy(() -> sessions.delete(session.id()))
        .isInstanceOf(UnknownSessionException.class);
    assertThat(counting.closed).hasValue(1);
  }

  @Test
  void closingEndsThemAllAndLetsNoneIn() {
    sessions.create(COUNTING, CLIENT);
    sessions.create(COUNTING, CLIENT);
    sessions.close();
    assertThat(counting.closed).hasValue(2);
    assertThatThrownBy(() -> sessions.create(COUNTING, CLIENT))
        .isInstanceOf(UnknownSessionException.class);
    assertThat(counting.closed).hasValue(3);
  }

  @Test
  void progressFollowsResetsAndSteps() {
    Session session = sessions.create(COUNTING, CLIENT);
    assertThatThrownBy(() -> session.step(STEP)).isInstanceOf(EpisodeNotRunningException.class);
    assertThat(session.progress()).isEqualTo(Progress.NONE);
    session.reset(1L, Map.of());
    session.step(STEP);
    session.step(STEP);
    session.reset(null, Map.of("skip", 1));
    assertThat(session.progress()).isEqualTo(new Progress(Progress.Status.RUNNING, 2, 0));
    assertThatThrownBy(() -> session.reset(null, Map.of("skipp", 1)))
        .isInstanceOf(MalformedRequestException.class)
        .hasMessageContaining("options.skipp");
    assertThat(session.progress().episodes()).isEqualTo(2);
  }

  @Test
  void idsAreNeverGivenTwice() {
    Sessions many = sessions(1_000, 1, Duration.ofSeconds(1));
    assertThat(Stream.generate(() -> many.create(COUNTING, CLIENT).id()).limit(1_000))
        .doesNotHaveDuplicates();
  }

  private Sessions sessions(int most, int waiting, Duration patience) {
    return new Sessions(
        new EnvironmentRegistry(List.of(counting)),
        new SessionLimits(most, most, 8, Duration.ofMinutes(30), waiting, patience),
        clock::get);
  }

  private boolean createIfAllowed() {
    try {
      sessions.create(COUNTING, CLIENT);
      return true;
    } catch (LimitReachedException e) {
      return false;
    }
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
