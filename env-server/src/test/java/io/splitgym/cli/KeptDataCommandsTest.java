package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.durability.DurableLog;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.RecordingLimits;
import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.Storage;
import io.splitgym.session.Recording;
import io.splitgym.session.Session;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import io.splitgym.space.DiscreteElement;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that tell and remove what servers keep. */
class KeptDataCommandsTest {
  private static final EnvironmentRegistry REGISTRY =
      new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels())));

  @TempDir private Path data;

  private final StringWriter errors = new StringWriter();

  @Test
  void sessionsAreToldAndOnlyThoseThatNobodyUsesRemoved() throws Exception {
    assertThat(run(0, "sessions", "list").get("sessions")).isEmpty();
    try (Sessions sessions = open()) {
      sessions.create(EnvironmentRequest.of(SplitInferenceSpec.ID), "someone");
      JsonNode told = run(0, "sessions", "list").get("sessions");
      assertThat(told).hasSize(1);
      assertThat(told.get(0).get("folder").asText()).endsWith("port-1");
      assertThat(told.get(0).get("process").asLong()).isEqualTo(ProcessHandle.current().pid());
      assertThat(told.get(0).get("bytes").asLong()).isPositive();
      assertThat(run(0, "sessions", "clean").get("removed")).isEmpty();
    }
    assertThat(run(0, "sessions", "list").at("/sessions/0/process").isNull()).isTrue();
    assertThat(run(0, "sessions", "clean", "--unused-days", "1").get("removed")).isEmpty();
    assertThat(run(0, "sessions", "clean").get("removed")).hasSize(1);
    assertThat(run(0, "sessions", "list").get("sessions")).isEmpty();
  }

  @Test
  void episodesAreToldAndDeletedWithOrWithoutAServer() throws Exception {
    assertThat(run(0, "episodes", "list").get("episodes")).isEmpty();
    String id;
    try (Sessions sessions = open()) {
      Session session =
          sessions.create(
              new EnvironmentRequest(
                  SplitInferenceSpec.ID, null, null, 1L, Map.of("episodeSteps", 2)),
              "someone");
      id = session.id();
      for (int episode = 0; episode < 3; episode++) {
        session.reset(null, Map.of());
        session.step(new DiscreteElement(1));
        session.step(new DiscreteElement(1));
      }
      assertThat(run(0, "episodes", "list").get("episodes")).hasSize(3);
    }
    JsonNode told = run(0, "episodes", "list");
    assertThat(told.at("/episodes/0/environment").asText()).isEqualTo(id);
    assertThat(told.at("/episodes/2/steps").asInt()).isEqualTo(2);
    assertThat(told.get("missed").asInt()).isZero();
    assertThat(run(0, "episodes", "list", "--environment", "other").get("episodes")).isEmpty();
    run(2, "episodes", "delete");
    assertThat(errors.toString()).contains("environment").contains("--all");
    assertThat(run(0, "episodes", "delete", "--environment", id).get("deleted").asInt())
        .isEqualTo(3);
    assertThat(run(0, "episodes", "delete", "--all").get("deleted").asInt()).isZero();
  }

  private Sessions open() throws IOException {
    return new Sessions(
        REGISTRY,
        SessionLimits.DEFAULT,
        System::nanoTime,
        DurableLog.open(Storage.sessions(data).resolve("port-1"), 1 << 20),
        new Recording(EpisodeStore.open(Storage.episodes(data), RecordingLimits.DEFAULT), true));
  }

  private JsonNode run(int exitCode, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "--data", data.toString()));
    CommandLine line = Main.commandLine(Map.of());
    StringWriter out = new StringWriter();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(errors));
    assertThat(line.execute(all.toArray(new String[0]))).as(errors.toString()).isEqualTo(exitCode);
    return new ObjectMapper().readTree(out.toString());
  }
}
