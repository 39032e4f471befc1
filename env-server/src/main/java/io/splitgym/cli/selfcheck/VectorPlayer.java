package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario in a vector of environments, and notes what each of them would have answered if
 * it were alone.
 */
final class VectorPlayer {
  private static final String FINAL_OBSERVATION = "final_obs";
  private static final String FINAL_INFO = "final_info";

  private final Scenario scenario;
  private final String autoreset;
  private final int count;
  private final List<List<JsonNode>> answers = new ArrayList<>();
  private final int[] taken;
  private final boolean[] over;
  private String id = "";
  private int actions;
  private boolean began;

  VectorPlayer(Scenario scenario, String autoreset, int count) {
    this.scenario = scenario;
    this.autoreset = autoreset;
    this.count = count;
    this.taken = new int[count];
    this.over = new boolean[count];
    for (int i = 0; i < count; i++) {
      answers.add(new ArrayList<>());
    }
  }

  /** Makes the vector, plays it to the scenario's end and deletes it. */
  static VectorPlayer played(Connection connection, Scenario scenario, String autoreset, int count)
      throws IOException, InterruptedException {
    VectorPlayer player = new VectorPlayer(scenario, autoreset, count);
    player.create(connection);
    player.play(connection, scenario.steps());
    player.delete(connection);
    return player;
  }

  void create(Connection connection) throws IOException, InterruptedException {
    Map<String, Object> fields = new LinkedHashMap<>(scenario.fields(0));
    fields.put("numEnvs", count);
    fields.put("autoreset", autoreset);
    JsonNode made = connection.ask(Ask.createVector(fields)).body();
    id = made.path("id").asText();
    actions = made.path("singleActionSpace").path("n").asInt();
  }

  /** Until its first environment has taken so many steps in all. */
  void play(Connection connection, int steps) throws IOException, InterruptedException {
    if (!began) {
      reset(
          Values.plain(
              connection.ask(Ask.resetVector(id, Map.of("seed", Scenario.seed(0)))).body()),
          null);
      began = true;
    }
    while (taken[0] < steps) {
      if (autoreset.equals("Disabled") && anyOver()) {
        boolean[] mask = over.clone();
        Map<String, Object> options = Map.of("reset_mask", mask);
        reset(
            Values.plain(connection.ask(Ask.resetVector(id, Map.of("options", options))).body()),
            mask);
      }
      int[] chosen = new int[count];
      for (int i = 0; i < count; i++) {
        chosen[i] = over[i] ? 0 : Scenario.action(i, taken[i], actions);
      }
      step(Values.plain(connection.ask(Ask.stepVector(id, chosen)).body()));
    }
  }

  void delete(Connection connection) throws IOException, InterruptedException {
    connection.ask(Ask.deleteVector(id));
  }

  /** Where it is played. */
  Scenario scenario() {
    return scenario;
  }

  /** As a server calls it. */
  String autoreset() {
    return autoreset;
  }

  /** The answers of environment i, which plays as agent i. */
  List<JsonNode> answers(int i) {
    return answers.get(i);
  }

  private void reset(JsonNode answer, boolean @Nullable [] mask) {
    for (int i = 0; i < count; i++) {
      if (mask == null || mask[i]) {
        answers.get(i).add(start(answer, i));
        over[i] = false;
      }
    }
  }

  private void step(JsonNode answer) {
    for (int i = 0; i < count; i++) {
      if (over[i]) {
        // this step was a reset
        answers.get(i).add(start(answer, i));
        over[i] = false;
        continue;
      }
      boolean terminated = answer.path("terminations").path(i).asBoolean();
      boolean truncated = answer.path("truncations").path(i).asBoolean();
      boolean done = terminated || truncated;
      boolean begins = done && autoreset.equals("SameStep");
      ObjectNode one = JsonNodeFactory.instance.objectNode();
      JsonNode infos = answer.path("infos");
      one.set(
          "observation",
          begins ? infos.path(FINAL_OBSERVATION).path(i) : answer.path("observations").path(i));
      one.set("reward", answer.path("rewards").path(i));
      one.put("terminated", terminated);
      one.put("truncated", truncated);
      one.set("info", info(begins ? infos.path(FINAL_INFO) : infos, i));
      answers.get(i).add(one);
      taken[i]++;
      if (begins) {
        answers.get(i).add(start(answer, i));
      } else {
        over[i] = done;
      }
    }
  }

  private static ObjectNode start(JsonNode answer, int i) {
    ObjectNode one = JsonNodeFactory.instance.objectNode();
    one.set("observation", answer.path("observations").path(i));
    one.set("info", info(answer.path("infos"), i));
    return one;
  }

  /** What environment i has of infos; a mask that is left out is true throughout. */
  private static ObjectNode info(JsonNode infos, int i) {
    ObjectNode info = JsonNodeFactory.instance.objectNode();
    for (Iterator<Map.Entry<String, JsonNode>> all = infos.fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> one = all.next();
      String name = one.getKey();
      boolean mask = name.startsWith("_") && infos.has(name.substring(1));
      boolean ofEnd = name.equals(FINAL_OBSERVATION) || name.equals(FINAL_INFO);
      if (mask || ofEnd || !infos.path("_" + name).path(i).asBoolean(true)) {
        continue;
      }
      JsonNode value = one.getValue();
      info.set(name, value.isObject() ? info(value, i) : value.isArray() ? value.path(i) : value);
    }
    return info;
  }

  private boolean anyOver() {
    for (boolean one : over) {
      if (one) {
        return true;
      }
    }
    return false;
  }
}
