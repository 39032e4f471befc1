package io.splitgym.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.durability.DurableLog;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.CountingSpec;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose process ends. A copy of their folder stands for what a killed one leaves. */
class KeptSessionsTest {
  private static final Map<String, Object> NONE = Map.of();
  private static final long MUCH = 1 << 24;
  private static final String CLIENT = "someone";
  private static final RequestKey KEY = new RequestKey("one-request");

  @TempDir private Path temporary;

  private final AtomicLong clock = new AtomicLong();
  private final CountingSpec counting = new CountingSpec();
  private final List<Sessions> opened = new ArrayList<>();
  private int copies;

  @AfterEach
  void close() {
    opened.forEach(Sessions::close);
  }

  @Test
  void sessionsGoOnBitForBitAfterAKill() throws IOException {
    Sessions before = open("a", MUCH);
    Sessions twins = new Sessions(registry(), limits(), clock::get);
    List<Agent> agents = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      agents.add(
          new Agent(before.create(drifting(i), CLIENT), twins.create(drifting(i), CLIENT), i));
    }
    for (int i = 0; i < 40; i++) {
      // some never reset, some just reset, some in later episodes
      agents.get(i).act(i);
    }
    Sessions after = kill(MUCH);
    for (Agent agent : agents) {
      assertThat(after.list()).extracting(Session::id).contains(agent.session.id());
      agent.goOn(after);
      agent.act(25);
    }
    assertThat(after.list())
        .extracting(Session::id)
        .containsExactlyElementsOf(agents.stream().map(agent -> agent.session.id()).toList());
  }

  @Test
  void sessionsGoOnAfterAKillAmongStepsWhileTheJournalIsShortened() throws Exception {
    Sessions sessions = open("a", 4_000);
    Sessions twins = new Sessions(registry(), limits(), clock::get);
    List<Agent> agents = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      agents.add(
          new Agent(sessions.create(drifting(i), CLIENT), twins.create(drifting(i), CLIENT), i));
    }
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        List<Agent> mine = agents.subList(20 * thread, 20 * thread + 20);
        all.add(
            pool.submit(
                () -> {
                  while (!stop.get()) {
                    mine.forEach(agent -> agent.act(1));
                  }
                }));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (newestJournal() < 5 && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      stop.set(true);
      for (Future<?> one : all) {
        one.get(30, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(newestJournal()).isGreaterThanOrEqualTo(5);
    Sessions after = kill(4_000);
    for (Agent agent : agents) {
      agent.goOn(after);
      agent.act(12);
    }
    // and once more, with what was asleep and what was awake both checkpointed by then
    Sessions again = kill("copy0", MUCH);
    for (Agent agent : agents) {
      agent.goOn(again);
      agent.act(12);
    }
  }

  @Test
  void asleepASessionTellsHowFarItHadCome() throws IOException {
    Sessions before = open("a", MUCH);
    Session session = before.create(drifting(1), CLIENT);
    session.reset(4L, NONE);
    session.step(new DiscreteElement(1));
    session.step(new DiscreteElement(2));
    Session after = kill(MUCH).get(session.id());
    assertThat(after.progress()).isEqualTo(session.progress());
    SessionDescription was = session.description();
    assertThat(after.description().request()).isEqualTo(was.request());
    assertThat(after.description().observationSpace()).isEqualTo(was.observationSpace());
    assertThat(after.description().actionSpace()).isEqualTo(was.actionSpace());
    for (int i = 0; i < 8; i++) {
      session.step(new DiscreteElement(0));
    }
    assertThat(session.progress().status()).isEqualTo(Progress.Status.TRUNCATED);
    assertThat(kill(MUCH).get(session.id()).progress()).isEqualTo(session.progress());
  }

  @Test
  void whatFailedIsNotCarriedOutAgain() throws IOException {
    Sessions before = open("a", MUCH);
    Session session = before.create(EnvironmentRequest.of(CountingSpec.ID), CLIENT);
    session.reset(null, NONE);
    session.step(new BoxElement(1, 0));
    assertThatThrownBy(() -> session.step(new BoxElement(8, 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> session.step(new BoxElement(1, 5)))
        .isInstanceOf(InvalidValueException.class);
    Session after = kill(MUCH).get(session.id());
    assertThat(after.progress().steps()).isEqualTo(1);
    assertThat(after.step(new BoxElement(1, 0)).observation()).isEqualTo(new DiscreteElement(2));
  }

  @Test
  void theEndedStayEnded() throws IOException {
    Sessions before = open("a", MUCH);
    Session deleted = before.create(drifting(1), CLIENT);
    Session idle = before.create(drifting(2), CLIENT);
    clock.addAndGet(Duration.ofMinutes(20).toNanos());
    Session live = before.create(drifting(3), CLIENT);
    before.delete(deleted.id());
    clock.addAndGet(Duration.ofMinutes(10).toNanos());
    before.expireIdle();
    assertThat(kill(MUCH).list()).extracting(Session::id).containsExactly(live.id());
    assertThatThrownBy(() -> before.get(idle.id())).isInstanceOf(UnknownSessionException.class);
  }

  @Test
  void whatIsNotToBeKeptEndsWithTheProcess() throws IOException {
    Sessions before = open("a", MUCH);
    Session ofAConnection = before.createUnkept(drifting(1), CLIENT);
    Session twin = before.create(drifting(1), CLIENT);
    assertThat(ofAConnection.reset(4L, NONE)).isEqualTo(twin.reset(4L, NONE));
    assertThat(kill(MUCH).list()).extracting(Session::id).containsExactly(twin.id());
  }

  @Test
  void anOrderlyEndKeepsThemToo() throws IOException {
    Sessions before = open("a", MUCH);
    Session session = before.create(drifting(1), CLIENT);
    session.reset(1L, NONE);
    before.close();
    Sessions after = open("a", MUCH);
    assertThat(after.get(session.id()).progress()).isEqualTo(session.progress());
  }

  @Test
  void aRepeatedRequestIsAnsweredOnceMoreAndNotCarriedOut() throws IOException {
    Sessions before = open("a", MUCH);
    Session session = before.create(drifting(1), CLIENT);
    session.reset(1L, NONE, new RequestKey("reset"));
    StepResult first = session.step(new DiscreteElement(2), KEY);
    assertThat(session.step(new DiscreteElement(2), KEY)).isEqualTo(first);
    assertThat(session.progress().steps()).isEqualTo(1);
    assertThatThrownBy(() -> session.step(new DiscreteElement(1), KEY))
        .isInstanceOf(RequestKeyReusedException.class);
    assertThatThrownBy(() -> session.reset(null, NONE, KEY))
        .isInstanceOf(RequestKeyReusedException.class);

    Session after = kill(MUCH).get(session.id());
    assertThat(after.step(new DiscreteElement(2), KEY)).isEqualTo(first);
    assertThat(after.progress().steps()).isEqualTo(1);
    assertThatThrownBy(() -> after.step(new DiscreteElement(1), KEY))
        .isInstanceOf(RequestKeyReusedException.class);
    assertThat(after.step(new DiscreteElement(2), new RequestKey("next"))).isNotEqualTo(first);
  }

  @Test
  void theLatestAnswerOutlivesACheckpoint() throws Exception {
    Sessions before = open("a", 1);
    Session session = before.create(drifting(1), CLIENT);
    session.reset(1L, NONE);
    StepResult first = session.step(new DiscreteElement(2), KEY);
    long journal = newestJournal();
    session.step(new DiscreteElement(0));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while ((newestJournal() == journal || journals() > 1) && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    Session after = kill(MUCH).get(session.id());
    assertThat(after.step(new DiscreteElement(2), KEY)).isEqualTo(first);
    assertThat(after.progress().steps()).isEqualTo(2);
  }

  @Test
  void aCreationWithAKeyHappensOnce() throws Exception {
    Sessions sessions = open("a", MUCH);
    EnvironmentRequest unseeded = EnvironmentRequest.of(SplitInferenceSpec.ID);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Session>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(pool.submit(() -> sessions.create(unseeded, CLIENT, KEY)));
      }
      for (Future<Session> one : all) {
        assertThat(one.get(20, TimeUnit.SECONDS)).isSameAs(all.get(0).get());
      }
    } finally {
      pool.shutdownNow();
    }
    Session session = sessions.create(unseeded, CLIENT, KEY);
    assertThat(sessions.list()).containsExactly(session);
    assertThatThrownBy(() -> sessions.create(drifting(1), CLIENT, KEY))
        .isInstanceOf(RequestKeyReusedException.class);
    Session ofOther = sessions.create(drifting(1), "someone else", KEY);
    assertThat(ofOther.id()).isNotEqualTo(session.id());

    Sessions after = kill(MUCH);
    assertThat(after.create(unseeded, CLIENT, KEY).id()).isEqualTo(session.id());
    assertThatThrownBy(() -> after.create(drifting(1), CLIENT, KEY))
        .isInstanceOf(RequestKeyReusedException.class);
    after.delete(session.id());
    assertThat(after.create(drifting(1), CLIENT, KEY).id()).isNotEqualTo(session.id());
  }

  @Test
  void aFailedCreationGivesItsKeyBack() throws IOException {
    Sessions sessions = open("a", MUCH);
    assertThatThrownBy(() -> sessions.create(EnvironmentRequest.of("Nothing-v0"), CLIENT, KEY))
        .isInstanceOf(InvalidValueException.class);
    assertThat(sessions.create(drifting(1), CLIENT, KEY).progress()).isEqualTo(Progress.NONE);
  }

  @Test
  void aDuplicateGoesOnAsTheOriginalDoesAndEachForItself() throws IOException {
    Sessions sessions = open("a", MUCH);
    Session original = sessions.create(drifting(1), CLIENT);
    original.reset(3L, NONE);
    original.step(new DiscreteElement(2));
    Session copy = sessions.duplicate(original.id(), CLIENT, null);
    Session other = sessions.duplicate(original.id(), CLIENT, null);
    assertThat(copy.progress()).isEqualTo(original.progress());
    List<StepResult> tail = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tail.add(original.step(new DiscreteElement(i)));
    }
    other.step(new DiscreteElement(4));
    Session kept = kill(MUCH).get(copy.id());
    for (int i = 0; i < 4; i++) {
      assertThat(copy.step(new DiscreteElement(i))).isEqualTo(tail.get(i));
      assertThat(kept.step(new DiscreteElement(i))).isEqualTo(tail.get(i));
    }
    assertThat(copy.reset(null, NONE)).isEqualTo(original.reset(null, NONE));
  }

  @Test
  void aRestoredStateOutlivesAKill() throws IOException {
    Sessions sessions = open("a", MUCH);
    Session session = sessions.create(drifting(1), CLIENT);
    session.reset(3L, NONE);
    SavedState saved = session.save();
    StepResult first = session.step(new DiscreteElement(2));
    session.step(new DiscreteElement(1), KEY);
    session.restore(saved);
    assertThat(session.progress().steps()).isZero();
    Session after = kill(MUCH).get(session.id());
    assertThat(after.progress()).isEqualTo(session.progress());
    assertThat(session.step(new DiscreteElement(2))).isEqualTo(first);
    assertThat(after.step(new DiscreteElement(2))).isEqualTo(first);
    // what was answered before belongs to a past that is no more
    assertThat(after.step(new DiscreteElement(2), KEY)).isNotEqualTo(first);
  }

  @Test
  void aStateOfSomethingElseIsRefusedAndChangesNothing() throws IOException {
    Sessions sessions = open("a", MUCH);
    Session session = sessions.create(drifting(1), CLIENT);
    session.reset(3L, NONE);
    SavedState before = session.save();
    Session still = sessions.create(EnvironmentRequest.of(SplitInferenceSpec.ID), CLIENT);
    Session count = sessions.create(EnvironmentRequest.of(CountingSpec.ID), CLIENT);
    assertThatThrownBy(() -> session.restore(still.save()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("parameters.dynamics");
    assertThatThrownBy(() -> session.restore(count.save()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("spec");
    SavedState forged =
        new SavedState(
            before.request(), before.fingerprint(), before.progress(), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> session.restore(forged)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> sessions.create(forged, CLIENT, null))
        .isInstanceOf(InvalidValueException.class);
    assertThat(session.save().checksum()).isEqualTo(before.checksum());
    assertThat(sessions.list()).hasSize(3);
  }

  @Test
  void whatThisProgramCanNotReadIsKeptForOneThatCan() throws Exception {
    Sessions before = open("a", MUCH);
    Session count = before.create(EnvironmentRequest.of(CountingSpec.ID), CLIENT);
    Session known = before.create(drifting(1), CLIENT);
    count.reset(null, NONE);
    count.step(new BoxElement(1, 0));
    before.close();

    Sessions without =
        open(
            "a", 1, new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels()))));
    assertThat(without.list()).extracting(Session::id).containsExactly(known.id());
    assertThatThrownBy(() -> without.get(count.id()))
        .isInstanceOf(UnreadSessionException.class)
        .hasMessageContaining(count.id());
    assertThatThrownBy(() -> without.delete(count.id())).isInstanceOf(UnreadSessionException.class);
    // it keeps no journal from being shortened, and isn't lost when it is
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while ((journals() > 1 || newestJournal() < 3) && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    assertThat(journals()).isEqualTo(1);
    without.delete(known.id());
    without.close();

    Sessions after = open("a", MUCH);
    assertThat(after.list()).extracting(Session::id).containsExactly(count.id());
    assertThat(after.get(count.id()).step(new BoxElement(1, 0)).observation())
        .isEqualTo(new DiscreteElement(2));
  }

  @Test
  void anEnvironmentThatCanNotBeWokenIsFreedAtEachAttempt() throws IOException {
    Session before = open("a", MUCH).create(EnvironmentRequest.of(CountingSpec.ID), CLIENT);
    before.reset(null, NONE);
    Session after = kill(MUCH).get(before.id());
    counting.forgetful = true;
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertThatThrownBy(() -> after.step(new BoxElement(1, 0))).hasMessage("forgotten");
      assertThat(counting.closed).hasValue(attempt);
    }
    counting.forgetful = false;
    assertThat(after.step(new BoxElement(1, 0)).observation()).isEqualTo(new DiscreteElement(1));
  }

  @Test
  void aStepInFlightAtTheKillDidNotHappen() throws Exception {
    Sessions before = open("a", MUCH);
    Session session = before.create(EnvironmentRequest.of(CountingSpec.ID), CLIENT);
    session.reset(null, NONE);
    session.step(new BoxElement(1, 0));
    CompletableFuture<?> step =
        CompletableFuture.supplyAsync(() -> session.step(new BoxElement(9, 0)));
    assertThat(counting.waiting.await(20, TimeUnit.SECONDS)).isTrue();
    Session after = kill(MUCH).get(session.id());
    assertThat(after.progress().steps()).isEqualTo(1);
    assertThat(after.step(new BoxElement(1, 0)).observation()).isEqualTo(new DiscreteElement(2));
    counting.latch.countDown();
    step.get(20, TimeUnit.SECONDS);
  }

  private Sessions open(String folder, long journal) throws IOException {
    return open(folder, journal, registry());
  }

  private Sessions open(String folder, long journal, EnvironmentRegistry registry)
      throws IOException {
    Sessions sessions =
        new Sessions(
            registry, limits(), clock::get, DurableLog.open(temporary.resolve(folder), journal));
    opened.add(sessions);
    return sessions;
  }

  private Sessions kill(long journal) throws IOException {
    return kill("a", journal);
  }

  /** What another process would find if the first one were killed now. */
  private Sessions kill(String folder, long journal) throws IOException {
    String name = "copy" + copies++;
    Path copy = Files.createDirectories(temporary.resolve(name));
    try (Stream<Path> files = Files.list(temporary.resolve(folder))) {
      files
          .filter(file -> !file.endsWith("holder"))
          .forEach(
              file -> {
                try {
                  Files.copy(file, copy.resolve(file.getFileName()));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    return open(name, journal);
  }

  private long journals() throws IOException {
    try (Stream<Path> files = Files.list(temporary.resolve("a"))) {
      return files.filter(KeptSessionsTest::isJournal).count();
    }
  }

  private long newestJournal() throws IOException {
    try (Stream<Path> files = Files.list(temporary.resolve("a"))) {
      return files
          .filter(KeptSessionsTest::isJournal)
          .mapToLong(file -> Long.parseLong(file.getFileName().toString().substring(8)))
          .max()
          .orElse(0);
    }
  }

  private static boolean isJournal(Path file) {
    return file.getFileName().toString().startsWith("journal-");
  }

  private EnvironmentRegistry registry() {
    return new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels()), counting));
  }

  private static SessionLimits limits() {
    return new SessionLimits(100, 100, 8, Duration.ofMinutes(30), 16, Duration.ofSeconds(20));
  }

  private static EnvironmentRequest drifting(long seed) {
    return new EnvironmentRequest(
        SplitInferenceSpec.ID,
        null,
        seed % 2 == 0 ? "reference" : null,
        seed,
        Map.of("dynamics", Map.of("kind", "gauss-markov"), "episodeSteps", 10));
  }

  /** Acts in a session and in its twin that nothing happens to, and sees no difference. */
  private static final class Agent {
    private final Session twin;
    private final RandomStream actions;
    private Session session;
    private boolean running;

    Agent(Session session, Session twin, long seed) {
      this.session = session;
      this.twin = twin;
      this.actions = RandomStream.ofSeed(seed).named("actions");
    }

    void goOn(Sessions elsewhere) {
      session = elsewhere.get(session.id());
    }

    void act(int times) {
      for (int i = 0; i < times; i++) {
        if (running) {
          DiscreteElement action = new DiscreteElement(actions.nextInteger(0, 4));
          StepResult step = session.step(action);
          assertThat(step).isEqualTo(twin.step(action));
          running = !step.done();
        } else {
          @Nullable Long seed = actions.nextDouble() < 0.3 ? actions.nextLong() : null;
          Map<String, Object> options = actions.nextDouble() < 0.3 ? Map.of("p", 4) : NONE;
          assertThat(session.reset(seed, options)).isEqualTo(twin.reset(seed, options));
          running = true;
        }
      }
    }
  }
}
