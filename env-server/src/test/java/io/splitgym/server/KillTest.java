package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Environment;
import io.splitgym.environment.StepResult;
import io.splitgym.environment.VectorEnvironment;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.registry.VectorRequest;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server, killed without warning while a thousand sessions and some vectors step, each with
 * a call on its way.
 */
@Timeout(180)
class KillTest {
  private static final int SESSIONS = 1_000;
  private static final int LINKS = 4;
  private static final int CALLS_BEFORE_THE_KILL = 4;
  private static final int CALLS_AFTER = 3;

  @TempDir private Path folder;

  @Test
  void eachGoesOnFromItsLastAnsweredStepBitForBit() throws Exception {
    int port = FreePort.find();
    List<List<Agent>> links = new ArrayList<>();
    for (int link = 0; link < LINKS; link++) {
      List<Agent> agents = new ArrayList<>();
      for (int i = 0; i < SESSIONS / LINKS; i++) {
        agents.add(new Single(link * SESSIONS / LINKS + i));
      }
      AutoresetMode[] modes = {AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP};
      agents.add(new Vector(link, modes[link % modes.length]));
      links.add(agents);
    }
    List<Agent> all = links.stream().flatMap(List::stream).toList();

    Process first = KeptServer.start(folder, port);
    ExecutorService threads = Executors.newFixedThreadPool(LINKS);
    try {
      URI address = KeptServer.addressOf(first);
      List<Future<?>> playing = new ArrayList<>();
      for (List<Agent> agents : links) {
        playing.add(threads.submit(() -> playUntilTheServerIsGone(agents, address)));
      }
      while (first.isAlive()
          && playing.stream().noneMatch(Future::isDone)
          && all.stream().anyMatch(agent -> agent.calls < CALLS_BEFORE_THE_KILL)) {
        Thread.sleep(5);
      }
      first.destroyForcibly();
      assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
      for (Future<?> one : playing) {
        one.get(30, TimeUnit.SECONDS);
      }
    } finally {
      first.destroyForcibly();
      threads.shutdownNow();
    }
    assertThat(all).allMatch(agent -> agent.calls >= CALLS_BEFORE_THE_KILL);
    // that this was in the middle of things
    assertThat(all).filteredOn(agent -> agent.inFlight).hasSizeGreaterThan(SESSIONS / 2);

    Process second = KeptServer.start(folder, port);
    try (RawSocket socket = new RawSocket(KeptServer.addressOf(second), "")) {
      for (Agent agent : all) {
        // the call in flight happened whole or not at all; its key makes it happen once
        JsonNode described = result(socket.ask(agent.describe()));
        int calls = described.path(agent.resets()).asInt() + described.path("steps").asInt();
        assertThat(calls).isBetween(agent.calls, agent.calls + (agent.inFlight ? 1 : 0));
        for (int i = 0; i < CALLS_AFTER; i++) {
          agent.answered(result(socket.ask(agent.next())));
        }
      }
    } finally {
      second.destroyForcibly();
      second.waitFor(20, TimeUnit.SECONDS);
    }
  }

  /** A call of each is on its way all the time. */
  private static void playUntilTheServerIsGone(List<Agent> agents, URI server) {
    try (RawSocket socket = new RawSocket(server, "")) {
      for (Agent agent : agents) {
        socket.tell(agent.creation());
      }
      for (Agent agent : agents) {
        JsonNode made = socket.answer();
        assertThat(made.path("id").asInt()).isEqualTo(agent.number);
        agent.id = result(made).path("id").asText();
      }
      for (Agent agent : agents) {
        socket.tell(agent.next());
      }
      while (true) {
        JsonNode answer = socket.answer();
        Agent agent = agents.get(answer.path("id").asInt() - agents.get(0).number);
        agent.answered(result(answer));
        socket.tell(agent.next());
      }
    } catch (UncheckedIOException e) {
      // it is gone
    }
  }

  private static JsonNode result(JsonNode answer) {
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.get("result");
  }

  /** Steps an environment of the server and one of its own, which nothing happens to. */
  private abstract static class Agent {
    /** Those of one link follow one another. */
    final int number;

    volatile String id = "";
    volatile int calls;
    volatile boolean inFlight;

    Agent(int number) {
      this.number = number;
    }

    abstract String creation();

    abstract String describe();

    /** What a description calls the number of resets. */
    abstract String resets();

    abstract String reset();

    abstract String step(int call);

    abstract void assertReset(JsonNode answer);

    abstract void assertStep(JsonNode answer, int call);

    final String next() {
      inFlight = true;
      return message(calls == 0 ? reset() : step(calls), ", \"idempotencyKey\": \"" + calls + '"');
    }

    final void answered(JsonNode answer) {
      inFlight = false;
      if (calls == 0) {
        assertReset(answer);
      } else {
        assertStep(answer, calls);
      }
      calls++;
    }

    final String message(String fields, String key) {
      return "{\"id\": " + number + key + ", " + fields + "}";
    }

    final int action(int call, int lane) {
      return (number + call + lane) % 5;
    }

    final EnvironmentRequest request(int episodeSteps) {
      return new EnvironmentRequest(
          SplitInferenceSpec.ID,
          null,
          null,
          (long) number,
          Map.of("dynamics", Map.of("kind", "gauss-markov"), "episodeSteps", episodeSteps));
    }

    final String requestFields(int episodeSteps) {
      return "\"spec\": \"SplitInference-v0\", \"seed\": "
          + number
          + ", \"episodeSteps\": "
          + episodeSteps
          + ", \"dynamics\": {\"kind\": \"gauss-markov\"}";
    }
  }

  private static final class Single extends Agent {
    private static final int EPISODE = 1_000_000;

    private final Environment twin;

    Single(int index) {
      super(index + index / (SESSIONS / LINKS));
      this.twin = KeptServer.registry().create(request(EPISODE)).environment();
    }

    @Override
    String creation() {
      return message("\"type\": \"create\", " + requestFields(EPISODE), "");
    }

    @Override
    String describe() {
      return message("\"type\": \"describe\", \"environment\": \"" + id + '"', "");
    }

    @Override
    String resets() {
      return "episodes";
    }

    @Override
    String reset() {
      return "\"type\": \"reset\", \"environment\": \"" + id + '"';
    }

    @Override
    String step(int call) {
      return "\"type\": \"step\", \"environment\": \"" + id + "\", \"action\": " + action(call, 0);
    }

    @Override
    void assertReset(JsonNode answer) {
      assertSame(answer, (BoxElement) twin.reset(null, Map.of()).observation());
    }

    @Override
    void assertStep(JsonNode answer, int call) {
      StepResult step = twin.step(new DiscreteElement(action(call, 0)));
      assertSame(answer, (BoxElement) step.observation());
      assertThat(answer.get("reward").asDouble()).isEqualTo(step.reward());
      assertThat(answer.at("/info/lnPpl").asDouble()).isEqualTo(step.info().get("lnPpl"));
    }

    private void assertSame(JsonNode answer, BoxElement observation) {
      for (int i = 0; i < 3; i++) {
        assertThat((float) answer.get("observation").get(i).asDouble())
            .as("agent %d, call %d", number, calls)
            .isEqualTo(observation.at(i));
      }
    }
  }

  private static final class Vector extends Agent {
    private static final int COUNT = 8;

    /** So that some reset themselves. */
    private static final int EPISODE = 3;

    private final AutoresetMode autoreset;
    private final VectorEnvironment twin;

    Vector(int link, AutoresetMode autoreset) {
      super((link + 1) * (SESSIONS / LINKS + 1) - 1);
      this.autoreset = autoreset;
      this.twin =
          KeptServer.registry()
              .createVector(new VectorRequest(request(EPISODE), COUNT, autoreset))
              .environment();
    }

    @Override
    String creation() {
      return message(
          "\"type\": \"createVector\", \"numEnvs\": "
              + COUNT
              + ", \"autoreset\": \""
              + autoreset.text()
              + "\", "
              + requestFields(EPISODE),
          "");
    }

    @Override
    String describe() {
      return message("\"type\": \"describeVector\", \"vector\": \"" + id + '"', "");
    }

    @Override
    String resets() {
      return "resets";
    }

    @Override
    String reset() {
      return "\"type\": \"resetVector\", \"vector\": \"" + id + '"';
    }

    @Override
    String step(int call) {
      return "\"type\": \"stepVector\", \"vector\": \""
          + id
          + "\", \"actions\": "
          + Arrays.toString(actions(call));
    }

    @Override
    void assertReset(JsonNode answer) {
      assertSame(answer, twin.reset(VectorSeeds.none(), null, Map.of()).observations());
    }

    @Override
    void assertStep(JsonNode answer, int call) {
      VectorStepResult step = twin.step(actions(call));
      assertSame(answer, step.observations());
      for (int i = 0; i < COUNT; i++) {
        assertThat(answer.get("rewards").get(i).asDouble()).isEqualTo(step.rewards()[i]);
      }
    }

    private int[] actions(int call) {
      int[] actions = new int[COUNT];
      Arrays.setAll(actions, lane -> action(call, lane));
      return actions;
    }

    private void assertSame(JsonNode answer, float[] observations) {
      for (int i = 0; i < observations.length; i++) {
        assertThat((float) answer.get("observations").get(i / 3).get(i % 3).asDouble())
            .as("vector %d, call %d", number, calls)
            .isEqualTo(observations[i]);
      }
    }
  }
}
