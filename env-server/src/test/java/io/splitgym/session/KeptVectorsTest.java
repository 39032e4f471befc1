package io.splitgym.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.durability.DurableLog;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.VectorColumn;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.registry.VectorRequest;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vectors whose process ends. A copy of their folder stands for what a killed one leaves. */
class KeptVectorsTest {
  private static final String CLIENT = "someone";
  private static final int COUNT = 6;

  /** So little that the journal is shortened all the time. */
  private static final long LITTLE = 3_000;

  @TempDir private Path temporary;

  private final EnvironmentRegistry registry =
      new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels())));
  private final List<Sessions> opened = new ArrayList<>();
  private int copies;

  @AfterEach
  void close() {
    opened.forEach(Sessions::close);
  }

  @ParameterizedTest
  @EnumSource(AutoresetMode.class)
  void aVectorGoesOnBitForBitAfterEachKill(AutoresetMode autoreset) throws IOException {
    Sessions sessions = open("a");
    String id = sessions.createVector(drifting(autoreset, COUNT), CLIENT, null).id();
    Sessions undisturbed = new Sessions(registry, limits(), System::nanoTime);
    VectorSession twin = undisturbed.createVector(drifting(autoreset, COUNT), CLIENT, null);
    RandomStream random = RandomStream.ofSeed(4).named("actions");
    String folder = "a";
    for (int round = 0; round < 5; round++) {
      VectorSession session = sessions.getVector(id);
      boolean[] mask = round == 0 ? null : new boolean[] {true, false, true, true, false, false};
      Map<String, Object> options = Map.of("p", 3 + round);
      List<Long> seeds = Arrays.asList(1L, null, (long) round, null, 5L, 6L);
      VectorSeeds given = round % 2 == 0 ? VectorSeeds.of(seeds) : VectorSeeds.from(round);
      assertThat(session.reset(given, mask, options, null).observations())
          .isEqualTo(twin.reset(given, mask, options, null).observations());
      for (int step = 0; step < (autoreset == AutoresetMode.DISABLED ? 3 : 25); step++) {
        if (autoreset == AutoresetMode.DISABLED && step % 3 == 0) {
          session.reset(VectorSeeds.none(), null, Map.of(), null);
          twin.reset(VectorSeeds.none(), null, Map.of(), null);
        }
        int[] actions = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
          actions[i] = random.nextInteger(0, 4);
        }
        compare(session.step(actions, null), twin.step(actions, null));
      }
      assertThat(session.progress()).isEqualTo(twin.progress());
      String copy = "copy" + copies++;
      copy(folder, copy);
      folder = copy;
      sessions = open(copy);
      assertThat(sessions.getVector(id).progress()).isEqualTo(twin.progress());
      assertThat(sessions.getVector(id).description()).isEqualTo(session.description());
    }
    undisturbed.close();
  }

  @Test
  void aRepeatedRequestIsAnsweredAfterAKillAsItWasBefore() throws IOException {
    Sessions sessions = open("a");
    RequestKey made = new RequestKey("made");
    RequestKey stepped = new RequestKey("stepped");
    VectorSession session =
        sessions.createVector(drifting(AutoresetMode.SAME_STEP, COUNT), CLIENT, made);
    session.reset(VectorSeeds.from(1), null, Map.of(), null);
    VectorStepResult answer = session.step(new int[COUNT], stepped);
    copy("a", "b");
    VectorSession again =
        open("b").createVector(drifting(AutoresetMode.SAME_STEP, COUNT), CLIENT, made);
    assertThat(again.id()).isEqualTo(session.id());
    compare(again.step(new int[COUNT], stepped), answer);
    assertThat(again.progress().steps()).isEqualTo(1);
    assertThatThrownBy(() -> again.step(new int[] {1, 0, 0, 0, 0, 0}, stepped))
        .isInstanceOf(RequestKeyReusedException.class);
    // what was answered is as good when it comes from a saved state
    Object read = VectorAnswers.of(VectorAnswers.plain(answer));
    compare((VectorStepResult) read, answer);
  }

  /** Three that go on from one moment: one by restoring it, one from its state, one as a clone. */
  @ParameterizedTest
  @EnumSource(AutoresetMode.class)
  void aRestoredAndAClonedVectorGoOnBitForBitAfterAKill(AutoresetMode autoreset)
      throws IOException {
    Sessions sessions = open("a");
    VectorSession original = sessions.createVector(drifting(autoreset, COUNT), CLIENT, null);
    original.reset(VectorSeeds.from(3), null, Map.of(), null);
    // an episode's end, where nothing starts the next one, isn't reached
    step(original, autoreset == AutoresetMode.DISABLED ? 1 : 4);
    SavedVector saved = original.save();
    RequestKey cloned = new RequestKey("cloned");
    VectorSession clone = sessions.duplicateVector(original.id(), CLIENT, cloned);
    RequestKey made = new RequestKey("made");
    VectorSession fromState = sessions.createVector(saved, CLIENT, made);
    List<VectorStepResult> expected = step(original, 2);
    original.restore(saved);
    assertThat(original.progress()).isEqualTo(saved.progress());

    copy("a", "killed");
    Sessions after = open("killed");
    for (String id : List.of(original.id(), clone.id(), fromState.id())) {
      VectorSession session = after.getVector(id);
      assertThat(session.progress()).isEqualTo(saved.progress());
      assertThat(session.save().data()).isEqualTo(saved.data());
      List<VectorStepResult> actual = step(session, 2);
      for (int i = 0; i < 2; i++) {
        compare(actual.get(i), expected.get(i));
      }
    }
    assertThat(after.duplicateVector(original.id(), CLIENT, cloned).id()).isEqualTo(clone.id());
    assertThat(after.createVector(saved, CLIENT, made).id()).isEqualTo(fromState.id());
    assertThatThrownBy(() -> after.duplicateVector(clone.id(), CLIENT, cloned))
        .isInstanceOf(RequestKeyReusedException.class);
  }

  @Test
  void theStateOfAnotherVectorIsRefusedAndChangesNothing() {
    Sessions sessions = new Sessions(registry, limits(), System::nanoTime);
    opened.add(sessions);
    VectorSession session =
        sessions.createVector(drifting(AutoresetMode.SAME_STEP, COUNT), CLIENT, null);
    session.reset(VectorSeeds.from(1), null, Map.of(), null);
    byte[] before = session.save().data();
    for (VectorRequest other :
        List.of(
            drifting(AutoresetMode.SAME_STEP, 2),
            drifting(AutoresetMode.DISABLED, COUNT),
            new VectorRequest(
                EnvironmentRequest.of(SplitInferenceSpec.ID), COUNT, AutoresetMode.SAME_STEP))) {
      SavedVector saved = sessions.createVector(other, CLIENT, null).save();
      assertThatThrownBy(() -> session.restore(saved)).isInstanceOf(InvalidValueException.class);
    }
    SavedVector cut =
        new SavedVector(
            session.save().request(),
            session.save().fingerprint(),
            session.progress(),
            Arrays.copyOf(before, before.length - 1));
    assertThatThrownBy(() -> session.restore(cut)).hasMessageContaining("state");
    assertThatThrownBy(() -> sessions.createVector(cut, CLIENT, null))
        .isInstanceOf(InvalidValueException.class);
    assertThat(session.save().data()).isEqualTo(before);
    assertThat(session.progress().episodes()).isEqualTo(1);
  }

  private static List<VectorStepResult> step(VectorSession session, int times) {
    List<VectorStepResult> results = new ArrayList<>();
    for (int step = 0; step < times; step++) {
      int[] actions = new int[COUNT];
      for (int i = 0; i < COUNT; i++) {
        actions[i] = (step + i) % 5;
      }
      results.add(session.step(actions, null));
    }
    return results;
  }

  @Test
  void vectorsHaveABoundEachAndTogether() {
    Sessions sessions = new Sessions(registry, limits(), System::nanoTime);
    opened.add(sessions);
    assertThatThrownBy(
            () -> sessions.createVector(drifting(AutoresetMode.DISABLED, 9), CLIENT, null))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("numEnvs is 9, must be in [1, 8]");
    List<VectorSession> made = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      made.add(sessions.createVector(drifting(AutoresetMode.DISABLED, 8), CLIENT, null));
    }
    assertThatThrownBy(
            () -> sessions.createVector(drifting(AutoresetMode.DISABLED, 1), CLIENT, null))
        .isInstanceOfSatisfying(
            LimitReachedException.class, e -> assertThat(e.allowed()).isEqualTo("at most 128"));
    sessions.deleteVector(made.get(3).id());
    sessions.createVector(drifting(AutoresetMode.DISABLED, 8), CLIENT, null);
    assertThat(sessions.pageOfVectors(-1, 100).sessions()).hasSize(16);
    assertThat(sessions.list()).isEmpty();
  }

  private static void compare(VectorStepResult actual, VectorStepResult expected) {
    assertThat(actual.observations()).isEqualTo(expected.observations());
    assertThat(actual.rewards()).isEqualTo(expected.rewards());
    assertThat(actual.terminations()).isEqualTo(expected.terminations());
    assertThat(actual.truncations()).isEqualTo(expected.truncations());
    compare(actual.infos(), expected.infos());
  }

  private static void compare(
      Map<String, VectorColumn> actual, Map<String, VectorColumn> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, column) -> {
          VectorColumn other = actual.get(name);
          assertThat(other).usingRecursiveComparison().as(name).isEqualTo(column);
        });
  }

  private static VectorRequest drifting(AutoresetMode autoreset, int count) {
    return new VectorRequest(
        new EnvironmentRequest(
            SplitInferenceSpec.ID,
            null,
            "reference",
            7L,
            Map.of("dynamics", Map.of("kind", "gauss-markov"), "actionMask", true)),
        count,
        autoreset);
  }

  private Sessions open(String folder) throws IOException {
    Sessions sessions =
        new Sessions(
            registry,
            limits(),
            System::nanoTime,
            DurableLog.open(temporary.resolve(folder), LITTLE));
    opened.add(sessions);
    return sessions;
  }

  /** Once more if the journal was shortened meanwhile: a file that was listed may be gone. */
  private void copy(String folder, String name) throws IOException {
    Path copy = Files.createDirectories(temporary.resolve(name));
    for (int attempt = 0; attempt < 20; attempt++) {
      try (Stream<Path> files = Files.list(temporary.resolve(folder))) {
        for (Path file : files.filter(one -> !one.endsWith("holder")).toList()) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
        return;
      } catch (NoSuchFileException e) {
        try (Stream<Path> partial = Files.list(copy)) {
          for (Path file : partial.toList()) {
            Files.delete(file);
          }
        }
      }
    }
    throw new AssertionError("the journal is shortened without end");
  }

  private static SessionLimits limits() {
    return new SessionLimits(100, 100, 8, Duration.ofMinutes(30), 16, Duration.ofSeconds(20));
  }
}
