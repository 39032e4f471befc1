package io.splitgym.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.durability.DurableLog;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.recording.Episode;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.PlainSpaces;
import io.splitgym.recording.RecordingLimits;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.CountingSpec;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.registry.VectorRequest;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded episodes, across kills too. A copy of a folder stands for what a kill leaves. */
class RecordedEpisodesTest {
  private static final String CLIENT = "someone";
  private static final Map<String, Object> NONE = Map.of();
  private static final int STEPS = 7;
  private static final int COUNT = 5;

  @TempDir private Path temporary;

  private final List<Sessions> opened = new ArrayList<>();
  private RecordingLimits limits = RecordingLimits.DEFAULT;
  private Path folder = Path.of("");
  private int copies;

  @AfterEach
  void close() {
    opened.forEach(Sessions::close);
  }

  @Test
  void anEpisodeHoldsWhatWasSeenAndDone() throws IOException {
    Sessions sessions = open(false);
    Session session = sessions.create(request(3), true, CLIENT, null);
    ResetResult start = session.reset(5L, Map.of("p", 4));
    List<StepResult> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      assertThat(store(sessions).totals().episodes()).isZero();
      steps.add(session.step(new DiscreteElement(i % 5)));
    }
    EpisodeStore.Page page = store(sessions).page(-1, 10, session.id());
    assertThat(page.episodes()).hasSize(1);
    EpisodeStore.Whole whole = store(sessions).get(page.episodes().get(0).id()).orElseThrow();
    Episode episode = whole.episode();
    assertThat(episode.seed()).isEqualTo(5L);
    assertThat(episode.options()).isEqualTo(Map.of("p", 4));
    assertThat(episode.truncated()).isTrue();
    assertThat(episode.terminated()).isFalse();
    assertThat(episode.observations().get(0)).isEqualTo(PlainSpaces.plain(start.observation()));
    assertThat(info(episode, "split").get(0)).isEqualTo(4L);
    double total = 0;
    for (int i = 0; i < STEPS; i++) {
      StepResult step = steps.get(i);
      assertThat(episode.actions().get(i)).isEqualTo(i % 5);
      assertThat(episode.observations().get(i + 1))
          .isEqualTo(PlainSpaces.plain(step.observation()));
      assertThat(episode.rewards()[i]).isEqualTo(step.reward());
      assertThat(info(episode, "lnPpl").get(i + 1)).isEqualTo(step.info().get("lnPpl"));
      total += step.reward();
    }
    assertThat(info(episode, "rewardTerms.load").get(0)).isNull();
    assertThat(whole.stored().totalReward()).isEqualTo(total);
    assertThat(whole.stored().steps()).isEqualTo(STEPS);
    SessionDescription was = session.description();
    assertThat(whole.stored().environment().parameters()).isEqualTo(was.parameters());
    assertThat(whole.stored().environment().observationSpace()).isEqualTo(was.observationSpace());
    assertThat(whole.stored().environment().actionSpace()).isEqualTo(was.actionSpace());
  }

  /** An answer was given up after its step was kept: the same request again must not step again. */
  @Test
  void aStepWhoseRecordingFailsUnexpectedlyIsTakenOnce() throws IOException {
    Sessions sessions = open(false);
    Session session = sessions.create(EnvironmentRequest.of(CountingSpec.ID), true, CLIENT, null);
    session.reset(null, NONE);
    RequestKey key = new RequestKey("odd");
    assertThatThrownBy(() -> session.step(new BoxElement(6, 0), key))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(session.step(new BoxElement(6, 0), key).observation())
        .isEqualTo(new DiscreteElement(1));
    assertThat(session.progress().steps()).isEqualTo(1);
  }

  @Test
  void itIsForTheServerAndEachCreationToSayWhatIsRecorded() throws IOException {
    Sessions onDemand = open(false);
    play(onDemand.create(request(1), CLIENT), 1);
    play(onDemand.create(request(1), true, CLIENT, null), 1);
    assertThat(store(onDemand).totals().episodes()).isEqualTo(1);
    folder = Files.createDirectories(temporary.resolve("other"));
    Sessions all = openAgain(true);
    Session session = all.create(request(1), CLIENT);
    assertThat(session.recorded()).isTrue();
    play(session, 1);
    play(all.create(request(1), false, CLIENT, null), 1);
    play(all.duplicate(session.id(), CLIENT, null), 1);
    assertThat(store(all).totals().episodes()).isEqualTo(2);

    Sessions keepingNothing = new Sessions(registry(), sessionLimits(), System::nanoTime);
    assertThatThrownBy(() -> keepingNothing.create(request(1), true, CLIENT, null))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("record");
  }

  @Test
  void whatDidNotEndIsNotRecorded() throws IOException {
    Sessions sessions = open(true);
    Session session = sessions.create(request(1), CLIENT);
    session.reset(1L, NONE);
    session.step(new DiscreteElement(1));
    SavedState inTheMiddle = session.save();
    session.reset(1L, NONE);
    session.restore(inTheMiddle);
    for (int i = 1; i < STEPS; i++) {
      session.step(new DiscreteElement(1));
    }
    assertThat(session.progress().status()).isEqualTo(Progress.Status.TRUNCATED);
    assertThat(store(sessions).totals().episodes()).isZero();
    play(session, 1);
    assertThat(store(sessions).totals()).isEqualTo(totals(sessions, 1, 0));
  }

  @Test
  void killsNeitherLoseNorDoubleEpisodes() throws IOException {
    Sessions sessions = open(true);
    Sessions undisturbed = openBeside();
    String id = sessions.create(request(1), CLIENT).id();
    Session twin = undisturbed.create(request(1), CLIENT);
    RandomStream random = RandomStream.ofSeed(8).named("actions");
    boolean running = false;
    for (int call = 0; call < 120; call++) {
      if (random.nextDouble() < 0.2) {
        sessions = kill(sessions);
      }
      Session session = sessions.get(id);
      if (running) {
        DiscreteElement action = new DiscreteElement(random.nextInteger(0, 4));
        running = !session.step(action).done();
        twin.step(action);
      } else {
        session.reset(null, NONE);
        twin.reset(null, NONE);
        running = true;
      }
    }
    List<Episode> expected = episodes(undisturbed);
    assertThat(expected).hasSizeGreaterThan(10);
    assertSame(episodes(kill(sessions)), expected);
  }

  @Test
  void whatWasDeletedDoesNotComeBack() throws IOException {
    Sessions sessions = open(true);
    Session session = sessions.create(request(1), CLIENT);
    play(session, 3);
    long first = store(sessions).page(-1, 1, null).episodes().get(0).id();
    assertThat(store(sessions).delete(first)).isTrue();
    assertThat(store(sessions).delete(first)).isFalse();
    Sessions after = kill(sessions);
    play(after.get(session.id()), 1);
    assertThat(store(after).totals().episodes()).isEqualTo(3);
    assertThat(store(after).deleteAll(session.id())).isEqualTo(3);
    Sessions again = kill(after);
    play(again.get(session.id()), 1);
    assertThat(store(again).totals()).isEqualTo(totals(again, 1, 0));
    again.delete(session.id());
    assertThat(store(again).page(-1, 10, session.id()).episodes()).hasSize(1);
  }

  @Test
  void limitsCostEpisodesWhichAreCountedAndNothingElse() throws IOException {
    limits = new RecordingLimits(3, 1 << 20, 1 << 20);
    Sessions sessions = open(true);
    Session session = sessions.create(request(1), CLIENT);
    play(session, 5);
    assertThat(store(sessions).totals()).isEqualTo(totals(sessions, 3, 2));
    store(sessions).deleteAll(null);
    play(session, 1);
    assertThat(store(sessions).totals()).isEqualTo(totals(sessions, 1, 2));

    limits = new RecordingLimits(100, 3_000, 1 << 20);
    folder = Files.createDirectories(temporary.resolve("few bytes"));
    Sessions fewBytes = openAgain(true);
    play(fewBytes.create(request(1), CLIENT), 50);
    EpisodeStore.Totals totals = store(fewBytes).totals();
    assertThat(totals.bytes()).isBetween(1L, 3_000L);
    assertThat(totals.episodes() + totals.missed()).isEqualTo(50);

    limits = new RecordingLimits(100, 1 << 20, 10_000);
    folder = Files.createDirectories(temporary.resolve("little memory"));
    Sessions littleMemory = openAgain(true);
    play(littleMemory.create(request(1), CLIENT), 2);
    assertThat(store(littleMemory).totals()).isEqualTo(new EpisodeStore.Totals(0, 0, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "NEXT_STEP, false",
    "SAME_STEP, false",
    "DISABLED, false",
    "NEXT_STEP, true",
    "SAME_STEP, true",
    "DISABLED, true"
  })
  void aVectorsEpisodesAreThoseOfSingleEnvironments(AutoresetMode autoreset, boolean killed)
      throws IOException {
    Sessions sessions = open(true);
    Sessions singles = openBeside();
    String id =
        sessions.createVector(new VectorRequest(request(3), COUNT, autoreset), CLIENT, null).id();
    List<Session> each = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      each.add(singles.create(request(3 + i), CLIENT));
    }
    boolean[] over = new boolean[COUNT];
    RandomStream random = RandomStream.ofSeed(4).named("actions");
    sessions.getVector(id).reset(VectorSeeds.from(11), null, NONE, null);
    for (int i = 0; i < COUNT; i++) {
      each.get(i).reset(11L + i, NONE);
    }
    for (int call = 0; call < 60; call++) {
      if (killed && call % 9 == 4) {
        sessions = kill(sessions);
      }
      VectorSession vector = sessions.getVector(id);
      boolean[] mask = mask(random, over, autoreset);
      if (mask != null) {
        vector.reset(VectorSeeds.none(), mask, Map.of("p", 3), null);
        for (int i = 0; i < COUNT; i++) {
          if (mask[i]) {
            each.get(i).reset(null, Map.of("p", 3));
            over[i] = false;
          }
        }
      }
      int[] actions = new int[COUNT];
      for (int i = 0; i < COUNT; i++) {
        actions[i] = random.nextInteger(0, 4);
      }
      VectorStepResult step = vector.step(actions, null);
      for (int i = 0; i < COUNT; i++) {
        if (over[i]) {
          each.get(i).reset(null, NONE);
          over[i] = false;
          continue;
        }
        boolean done = each.get(i).step(new DiscreteElement(actions[i])).done();
        assertThat(step.terminations()[i] || step.truncations()[i]).isEqualTo(done);
        if (done && autoreset == AutoresetMode.SAME_STEP) {
          each.get(i).reset(null, NONE);
        } else {
          over[i] = done;
        }
      }
    }
    if (killed) {
      sessions = kill(sessions);
    }
    List<Episode> actual = episodes(sessions);
    for (int i = 0; i < COUNT; i++) {
      int lane = i;
      List<Episode> expected = new ArrayList<>();
      store(singles)
          .page(-1, 1_000, each.get(i).id())
          .episodes()
          .forEach(one -> expected.add(store(singles).get(one.id()).orElseThrow().episode()));
      assertThat(expected).hasSizeGreaterThan(3);
      assertSame(actual.stream().filter(one -> one.index() == lane).toList(), expected);
    }
  }

  /** In mode Disabled all whose episode is over; now and then another one as well. */
  private static boolean @Nullable [] mask(
      RandomStream random, boolean[] over, AutoresetMode autoreset) {
    boolean[] mask = new boolean[COUNT];
    boolean any = false;
    for (int i = 0; i < COUNT; i++) {
      mask[i] = over[i] && autoreset == AutoresetMode.DISABLED;
      any |= mask[i];
    }
    if (random.nextDouble() < 0.1) {
      int one = random.nextInteger(0, COUNT - 1);
      mask[one] = true;
      any = true;
    }
    return any ? mask : null;
  }

  private static void assertSame(List<Episode> actual, List<Episode> expected) {
    assertThat(actual)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("index")
        .containsExactlyElementsOf(expected);
  }

  private static void play(Session session, int episodes) {
    for (int i = 0; i < episodes; i++) {
      session.reset(null, NONE);
      while (!session.step(new DiscreteElement(1)).done()) {
        continue;
      }
    }
  }

  private static EpisodeStore.Totals totals(Sessions sessions, long episodes, long missed) {
    return new EpisodeStore.Totals(episodes, store(sessions).totals().bytes(), missed);
  }

  private static List<@Nullable Object> info(Episode episode, String name) {
    return Objects.requireNonNull(episode.infos().get(name));
  }

  private static EpisodeStore store(Sessions sessions) {
    EpisodeStore store = sessions.episodes();
    if (store == null) {
      throw new AssertionError("nothing is recorded here");
    }
    return store;
  }

  private static List<Episode> episodes(Sessions sessions) {
    return store(sessions).page(-1, 1_000, null).episodes().stream()
        .sorted(Comparator.comparingLong(one -> one.id()))
        .map(one -> store(sessions).get(one.id()).orElseThrow().episode())
        .toList();
  }

  private Sessions open(boolean all) throws IOException {
    folder = Files.createDirectories(temporary.resolve("first"));
    return openAgain(all);
  }

  private Sessions openBeside() throws IOException {
    Path before = folder;
    folder = Files.createDirectories(temporary.resolve("beside"));
    Sessions beside = openAgain(true);
    folder = before;
    return beside;
  }

  private Sessions openAgain(boolean all) throws IOException {
    Sessions sessions =
        new Sessions(
            registry(),
            sessionLimits(),
            System::nanoTime,
            DurableLog.open(folder.resolve("log"), 1 << 20),
            new Recording(EpisodeStore.open(folder.resolve("episodes.sqlite"), limits), all));
    opened.add(sessions);
    return sessions;
  }

  /** What another process would find if this one were killed now. */
  private Sessions kill(Sessions sessions) throws IOException {
    Path copy = temporary.resolve("copy" + copies++);
    Files.createDirectories(copy.resolve("log"));
    // once more if the journal was shortened meanwhile: a file that was listed may be gone
    for (int attempt = 0; !copied(folder.resolve("log"), copy.resolve("log")); attempt++) {
      assertThat(attempt).isLessThan(20);
    }
    assertThat(copied(folder, copy)).isTrue();
    folder = copy;
    assertThat(sessions.count()).isPositive();
    return openAgain(true);
  }

  private static boolean copied(Path from, Path to) throws IOException {
    try (Stream<Path> partial = Files.list(to)) {
      for (Path file : partial.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("holder") && !file.toString().endsWith("-shm")) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static EnvironmentRegistry registry() {
    return new EnvironmentRegistry(
        List.of(new SplitInferenceSpec(new AnalyticModels()), new CountingSpec()));
  }

  private static SessionLimits sessionLimits() {
    return new SessionLimits(100, 100, 8, Duration.ofMinutes(30), 16, Duration.ofSeconds(20));
  }

  private static EnvironmentRequest request(long seed) {
    return new EnvironmentRequest(
        SplitInferenceSpec.ID,
        null,
        null,
        seed,
        Map.of(
            "dynamics", Map.of("kind", "gauss-markov"), "episodeSteps", STEPS, "actionMask", true));
  }
}
