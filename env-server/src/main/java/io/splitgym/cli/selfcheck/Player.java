package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.cli.selfcheck.Connection.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Plays a scenario in one environment, and notes every answer. */
final class Player {
  private final Scenario scenario;
  private final long agent;
  private final List<JsonNode> answers = new ArrayList<>();
  private final List<byte[]> bytes = new ArrayList<>();
  private String id = "";
  private int actions;
  private int taken;
  private boolean running;
  private boolean began;

  Player(Scenario scenario, long agent) {
    this.scenario = scenario;
    this.agent = agent;
  }

  /** Makes the environment, plays it to the scenario's end and deletes it. */
  static Player played(Connection connection, Scenario scenario, long agent)
      throws IOException, InterruptedException {
    Player player = new Player(scenario, agent);
    player.create(connection);
    player.play(connection, scenario.steps());
    player.delete(connection);
    return player;
  }

  void create(Connection connection) throws IOException, InterruptedException {
    JsonNode made = connection.ask(Ask.create(scenario.fields(agent))).body();
    id = made.path("id").asText();
    actions = made.path("actionSpace").path("n").asInt();
  }

  /** Another one that goes on from here in an environment of that id. */
  Player goingOnIn(String other) {
    Player player = new Player(scenario, agent);
    player.id = other;
    player.actions = actions;
    player.taken = taken;
    player.running = running;
    player.began = began;
    return player;
  }

  /** Until it has taken so many steps in all. */
  void play(Connection connection, int steps) throws IOException, InterruptedException {
    while (taken < steps) {
      note(connection.ask(next()));
    }
  }

  /** The same, each request sent twice under one key, which must be answered alike. */
  void playTwice(Connection connection, int steps) throws IOException, InterruptedException {
    while (taken < steps) {
      Ask ask = next().under(UUID.randomUUID().toString());
      JsonNode first = Values.plain(connection.ask(ask).body());
      Reply again = connection.ask(ask);
      if (!first.equals(Values.plain(again.body()))) {
        // whoever compares finds the field
        answers.add(first);
      }
      note(again);
    }
  }

  void delete(Connection connection) throws IOException, InterruptedException {
    connection.ask(Ask.delete(id));
  }

  String id() {
    return id;
  }

  int taken() {
    return taken;
  }

  /** Resets and steps, in one form whatever they were asked over. */
  List<JsonNode> answers() {
    return answers;
  }

  /** As they came. */
  List<byte[]> bytes() {
    return bytes;
  }

  private Ask next() {
    if (running) {
      return Ask.step(id, Scenario.action(agent, taken, actions));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!began) {
      fields.put("seed", Scenario.seed(agent));
    }
    return Ask.reset(id, fields);
  }

  private void note(Reply reply) throws IOException {
    JsonNode answer = Values.plain(reply.body());
    answers.add(answer);
    bytes.add(reply.bytes());
    if (running) {
      taken++;
      running = !answer.path("terminated").asBoolean() && !answer.path("truncated").asBoolean();
    } else {
      began = true;
      running = true;
    }
  }
}
