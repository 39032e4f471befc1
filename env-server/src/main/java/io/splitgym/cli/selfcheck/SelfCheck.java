package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.cli.selfcheck.CheckResult.Found;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for the same things in different ways, and looks for a difference. What REST with
 * JSON answers one agent at a time is what everything else is held to.
 */
public final class SelfCheck {
  private static final int LANES = 3;
  private static final int THREADS = 8;
  private static final int SESSIONS_OF_A_THREAD = 4;
  private static final List<String> AUTORESETS = List.of("NextStep", "SameStep", "Disabled");

  private final URI server;
  private final @Nullable String token;
  private final Duration patience;
  private final List<Scenario> scenarios;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param server its address, such as {@code http://127.0.0.1:8642}
   * @param token that it asks for, if it does
   * @param backend which one answers the steps; on a slow one, little is asked
   * @param patience with one answer
   */
  public SelfCheck(URI server, @Nullable String token, String backend, Duration patience) {
    this.server = server;
    this.token = token;
    this.patience = patience;
    this.scenarios = Scenario.of(backend);
  }

  /**
   * All checks, one after the other.
   *
   * @param restart kills the server and starts it again where it was; null for one that can't be
   * @param progress told of each
   * @throws IOException if the server can't be reached, or refuses
   */
  public List<CheckResult> run(@Nullable Restart restart, Consumer<CheckResult> progress)
      throws IOException, InterruptedException {
    Map<Key, List<JsonNode>> expected = new LinkedHashMap<>();
    try (Connection connection = open(Route.REST_JSON)) {
      for (Scenario scenario : scenarios) {
        for (int agent = 0; agent < LANES; agent++) {
          expected.put(
              new Key(scenario.name(), agent),
              Player.played(connection, scenario, agent).answers());
        }
      }
    }
    List<CheckResult> results = new ArrayList<>();
    List<Check> checks =
        new ArrayList<>(
            List.of(
                new Check("values over REST and WebSocket, JSON and CBOR", this::routes),
                new Check("bytes of the same calls, route by route", this::bytes),
                new Check("vectors in all modes, and single environments", this::vectors),
                new Check(
                    "many environments and vectors on " + THREADS + " threads at once",
                    this::threads),
                new Check("requests sent twice under one key", this::repeats),
                new Check("a clone, and a restored state", this::branches)));
    if (restart != null) {
      checks.add(new Check("after kill and restart", comparison -> killed(comparison, restart)));
    }
    for (Check check : checks) {
      Comparison comparison = new Comparison(expected);
      check.work.run(comparison);
      CheckResult result = new CheckResult(check.name, comparison.compared, comparison.found);
      progress.accept(result);
      results.add(result);
    }
    return results;
  }

  /** Ends a server as {@code kill -9} does and starts it again, at the same address. */
  @FunctionalInterface
  public interface Restart {
    void run() throws IOException, InterruptedException;
  }

  private void routes(Comparison comparison) throws IOException, InterruptedException {
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        for (Scenario scenario : scenarios) {
          comparison.hold(route, scenario, 0, Player.played(connection, scenario, 0).answers());
        }
      }
    }
  }

  private void bytes(Comparison comparison) throws IOException, InterruptedException {
    for (Route route : Route.values()) {
      for (Scenario scenario : scenarios) {
        // on connections of their own, so that the numbers of messages are the same
        Player first;
        Player second;
        try (Connection connection = open(route)) {
          first = Player.played(connection, scenario, 0);
        }
        try (Connection connection = open(route)) {
          second = Player.played(connection, scenario, 0);
        }
        comparison.holdBytes(route, scenario, first, second);
      }
    }
  }

  private void vectors(Comparison comparison) throws IOException, InterruptedException {
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        for (Scenario scenario : scenarios) {
          for (String autoreset : AUTORESETS) {
            comparison.hold(route, VectorPlayer.played(connection, scenario, autoreset, LANES));
          }
        }
      }
    }
  }

  private void threads(Comparison comparison) throws IOException, InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Route route = Route.values()[thread % Route.values().length];
        int first = thread;
        all.add(
            pool.submit(
                () -> {
                  sideBySide(comparison, route, first);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("a thread of the check failed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  /** Several environments on one connection, a step here and a step there. */
  private void sideBySide(Comparison comparison, Route route, int first)
      throws IOException, InterruptedException {
    try (Connection connection = open(route)) {
      List<Player> players = new ArrayList<>();
      List<Scenario> played = new ArrayList<>();
      for (int i = 0; i < SESSIONS_OF_A_THREAD; i++) {
        Scenario scenario = scenarios.get((first + i) % scenarios.size());
        Player player = new Player(scenario, i % LANES);
        player.create(connection);
        players.add(player);
        played.add(scenario);
      }
      VectorPlayer vector = vector(first);
      vector.create(connection);
      int most = scenarios.stream().mapToInt(Scenario::steps).max().orElse(0);
      for (int steps = 1; steps <= most; steps++) {
        for (int i = 0; i < players.size(); i++) {
          players.get(i).play(connection, Math.min(steps, played.get(i).steps()));
        }
        vector.play(connection, Math.min(steps, vector.scenario().steps()));
      }
      comparison.hold(route, vector);
      vector.delete(connection);
      for (int i = 0; i < players.size(); i++) {
        comparison.hold(route, played.get(i), i % LANES, players.get(i).answers());
        players.get(i).delete(connection);
      }
    }
  }

  /** One of all scenarios and modes, by turns. */
  private VectorPlayer vector(int number) {
    return new VectorPlayer(
        scenarios.get(number % scenarios.size()),
        AUTORESETS.get(number % AUTORESETS.size()),
        LANES);
  }

  private void repeats(Comparison comparison) throws IOException, InterruptedException {
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        for (Scenario scenario : scenarios) {
          Player player = new Player(scenario, 0);
          player.create(connection);
          player.playTwice(connection, scenario.steps());
          comparison.hold(route, scenario, 0, player.answers());
          player.delete(connection);
        }
      }
    }
  }

  private void branches(Comparison comparison) throws IOException, InterruptedException {
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        for (Scenario scenario : scenarios) {
          Player player = new Player(scenario, 0);
          player.create(connection);
          player.play(connection, scenario.steps() / 2);
          int before = player.answers().size();
          JsonNode state = connection.ask(Ask.save(player.id())).body();
          Player clone =
              player.goingOnIn(
                  connection.ask(Ask.duplicate(player.id())).body().path("id").asText());
          Player again = player.goingOnIn(player.id());
          player.play(connection, scenario.steps());
          connection.ask(Ask.restore(player.id(), fields(state)));
          for (Player other : List.of(again, clone)) {
            other.play(connection, scenario.steps());
            comparison.holdTo(
                route.text() + ", " + scenario.name(),
                new Key(scenario.name(), 0),
                before,
                other.answers());
            other.delete(connection);
          }
          comparison.hold(route, scenario, 0, player.answers());
        }
      }
    }
  }

  private void killed(Comparison comparison, Restart restart)
      throws IOException, InterruptedException {
    Map<Route, List<Player>> players = new LinkedHashMap<>();
    Map<Route, List<VectorPlayer>> vectors = new LinkedHashMap<>();
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        List<Player> ofRoute = new ArrayList<>();
        for (Scenario scenario : scenarios) {
          Player player = new Player(scenario, 1);
          player.create(connection);
          player.play(connection, scenario.steps() / 2 + ofRoute.size() % 2);
          ofRoute.add(player);
        }
        players.put(route, ofRoute);
        List<VectorPlayer> inVectors = new ArrayList<>();
        for (int i = 0; i < AUTORESETS.size(); i++) {
          VectorPlayer vector = vector(i);
          vector.create(connection);
          vector.play(connection, vector.scenario().steps() / 2);
          inVectors.add(vector);
        }
        vectors.put(route, inVectors);
      }
    }
    restart.run();
    for (Route route : Route.values()) {
      try (Connection connection = open(route)) {
        List<Player> ofRoute = players.getOrDefault(route, List.of());
        for (int i = 0; i < ofRoute.size(); i++) {
          ofRoute.get(i).play(connection, scenarios.get(i).steps());
          comparison.hold(route, scenarios.get(i), 1, ofRoute.get(i).answers());
          ofRoute.get(i).delete(connection);
        }
        for (VectorPlayer vector : vectors.getOrDefault(route, List.of())) {
          vector.play(connection, vector.scenario().steps());
          comparison.hold(route, vector);
          vector.delete(connection);
        }
      }
    }
  }

  private Connection open(Route route) throws IOException {
    return route.isSocket()
        ? new SocketConnection(client, server, route.form(), token, patience)
        : new RestConnection(client, server, route.form(), token, patience);
  }

  private static Map<String, Object> fields(JsonNode object) {
    Map<String, Object> fields = new LinkedHashMap<>();
    object.fields().forEachRemaining(one -> fields.put(one.getKey(), one.getValue()));
    return fields;
  }

  /** Whose answers. */
  private record Key(String scenario, int agent) {}

  /** A check by its name. */
  private record Check(String name, Work work) {}

  /** What a check does. */
  private interface Work {
    void run(Comparison comparison) throws IOException, InterruptedException;
  }

  /** Holds answers to those that are expected, and keeps the first difference. */
  private static final class Comparison {
    private final Map<Key, List<JsonNode>> expected;
    private int compared;
    private @Nullable Found found;

    Comparison(Map<Key, List<JsonNode>> expected) {
      this.expected = expected;
    }

    void hold(Route route, Scenario scenario, int agent, List<JsonNode> answers) {
      holdTo(route.text() + ", " + scenario.name(), new Key(scenario.name(), agent), 0, answers);
    }

    /** Each of a vector's environments, which plays as the agent of its number. */
    void hold(Route route, VectorPlayer vector) {
      String scenario = vector.scenario().name();
      for (int agent = 0; agent < LANES; agent++) {
        holdTo(
            route.text() + ", " + scenario + ", " + vector.autoreset(),
            new Key(scenario, agent),
            0,
            vector.answers(agent));
      }
    }

    synchronized void holdTo(String where, Key key, int from, List<JsonNode> answers) {
      List<JsonNode> all = expected.getOrDefault(key, List.of());
      List<JsonNode> expectedHere = all.subList(Math.min(from, all.size()), all.size());
      int both = Math.min(expectedHere.size(), answers.size());
      compared += both;
      for (int i = 0; i < both && found == null; i++) {
        Values.Difference difference = Values.first("", expectedHere.get(i), answers.get(i));
        if (difference != null) {
          found =
              new Found(
                  where, from + i, difference.field(), difference.expected(), difference.actual());
        }
      }
      // a vector in mode SameStep shows the start of an episode that is not played
      if (found == null && Math.abs(expectedHere.size() - answers.size()) > 1) {
        found =
            new Found(
                where,
                both,
                "number of answers",
                Integer.toString(expectedHere.size()),
                Integer.toString(answers.size()));
      }
    }

    void holdBytes(Route route, Scenario scenario, Player first, Player second) {
      int both = Math.min(first.bytes().size(), second.bytes().size());
      for (int i = 0; i < both && found == null; i++) {
        compared++;
        byte[] expectedHere = first.bytes().get(i);
        byte[] actual = second.bytes().get(i);
        int place = Arrays.mismatch(expectedHere, actual);
        if (place >= 0) {
          Values.Difference difference =
              Values.first("", first.answers().get(i), second.answers().get(i));
          found =
              difference == null
                  ? new Found(
                      route.text() + ", " + scenario.name(),
                      i,
                      "byte " + place,
                      byteAt(expectedHere, place),
                      byteAt(actual, place))
                  : new Found(
                      route.text() + ", " + scenario.name(),
                      i,
                      difference.field(),
                      difference.expected(),
                      difference.actual());
        }
      }
    }

    private static String byteAt(byte[] bytes, int place) {
      return place < bytes.length ? Integer.toString(bytes[place] & 0xff) : "nothing";
    }
  }
}
