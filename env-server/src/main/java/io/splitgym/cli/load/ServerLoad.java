package io.splitgym.cli.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a server for steps of one environment and of vectors, and an empty server for as much.
 *
 * @param server serves environments
 * @param empty has the empty routes
 * @param emptyPath of the empty server's route
 * @param turns how often each is asked in turn
 * @param seconds of each turn
 * @param warmUpSteps of environments that each is asked for before anything counts
 */
public record ServerLoad(
    URI server, URI empty, String emptyPath, int turns, double seconds, int warmUpSteps) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new CBORMapper();
  private static final String CREATE = "{\"spec\":\"SplitInference-v0\",\"seed\":1}";
  private static final int WARM_UP_TURNS = 3;
  private static final int ANSWERS_TO_WEIGH = 20;

  /** An episode in frames or requests: a reset, then steps to its end. */
  private record Episode(List<String> messages) {
    static Episode of(JsonNode environment, String reset, String step) {
      int actions = environment.path("actionSpace").path("n").asInt();
      List<String> messages = new ArrayList<>(List.of(reset));
      for (int i = 0; i < environment.path("parameters").path("episodeSteps").asInt(); i++) {
        messages.add(step.replace("ACTION", String.valueOf(i % actions)));
      }
      return new Episode(messages);
    }

    boolean[] isStep() {
      boolean[] isStep = new boolean[messages.size()];
      Arrays.fill(isStep, 1, isStep.length, true);
      return isStep;
    }

    byte[][] frames() {
      return messages.stream().map(WebSocketConnection::frame).toArray(byte[][]::new);
    }
  }

  /** One environment over HTTP, one request after another over one connection. */
  public Comparison rest() throws IOException {
    try (HttpConnection ours = new HttpConnection(server);
        HttpConnection theirs = new HttpConnection(empty)) {
      JsonNode made = ours.call("/v1/envs", CREATE);
      String path = "/v1/envs/" + made.path("id").asText();
      Episode episode = Episode.of(made, "{}", "{\"action\":ACTION}");
      byte[][] requests = new byte[episode.messages().size()][];
      for (int i = 0; i < requests.length; i++) {
        requests[i] = ours.post(path + (i == 0 ? "/reset" : "/step"), episode.messages().get(i));
      }
      byte[] nothing = theirs.post(emptyPath, episode.messages().get(1));
      return Comparison.of(
          new Requests(ours, requests, episode.isStep()),
          new Requests(theirs, new byte[][] {nothing}, new boolean[] {true}),
          WARM_UP_TURNS * seconds,
          warmUpSteps,
          seconds,
          turns);
    }
  }

  /** One environment over a WebSocket, so many messages on their way at once. */
  public Comparison webSocket(int inFlight) throws IOException {
    try (HttpConnection http = new HttpConnection(server);
        WebSocketConnection ours = new WebSocketConnection(server);
        WebSocketConnection theirs = new WebSocketConnection(empty)) {
      JsonNode made = http.call("/v1/envs", CREATE);
      String of = "\"environment\":\"" + made.path("id").asText() + "\"";
      Episode episode =
          Episode.of(
              made,
              "{\"id\":1,\"type\":\"reset\"," + of + "}",
              "{\"id\":1,\"type\":\"step\"," + of + ",\"action\":ACTION}");
      byte[][] frames = episode.frames();
      int answer = weigh(ours, frames);
      byte[] asMuch = WebSocketConnection.frame(padded(answer, frames[1].length));
      return Comparison.of(
          new Pipeline(ours, frames, episode.isStep(), inFlight),
          new Pipeline(theirs, new byte[][] {asMuch}, new boolean[] {true}, inFlight),
          WARM_UP_TURNS * seconds,
          warmUpSteps,
          seconds,
          turns);
    }
  }

  /**
   * Vectors over a WebSocket.
   *
   * @param bytes of an answer, on average
   */
  public record OfVector(int environments, String encoding, int bytes, Comparison messages) {
    /** Steps of environments, a second. */
    public double environmentSteps() {
      return environments * messages.server().steps();
    }
  }

  /** So many environments in one vector, one step after another. */
  public OfVector vector(int environments, boolean binary) throws IOException {
    try (HttpConnection http = new HttpConnection(server);
        WebSocketConnection ours = new WebSocketConnection(server);
        WebSocketConnection theirs = new WebSocketConnection(empty)) {
      String path = "/v1/vector-envs";
      JsonNode made =
          http.call(
              path,
              "{\"spec\":\"SplitInference-v0\",\"seed\":1,\"autoreset\":\"SameStep\",\"numEnvs\":"
                  + environments
                  + "}");
      String id = made.path("id").asText();
      http.ask(http.post(path + "/" + id + "/reset", "{}"));
      int actions = made.path("singleActionSpace").path("n").asInt();
      byte[] message = step(id, environments, actions, binary);
      byte[] frame =
          binary
              ? WebSocketConnection.frame(message)
              : WebSocketConnection.frame(new String(message, StandardCharsets.UTF_8));
      byte[][] frames = {frame};
      int answer = weigh(ours, frames);
      byte[] asMuch = WebSocketConnection.frame(padded(answer, message.length));
      boolean[] isStep = {true};
      Comparison comparison =
          Comparison.of(
              new Pipeline(ours, frames, isStep, 1),
              new Pipeline(theirs, new byte[][] {asMuch}, isStep, 1),
              WARM_UP_TURNS * seconds,
              warmUpSteps / environments + 1,
              seconds,
              turns);
      // it would be checkpointed again and again while others are measured
      http.delete(path + "/" + id);
      return new OfVector(environments, binary ? "CBOR" : "JSON", answer, comparison);
    }
  }

  /** Makes so many environments, and takes a step in each. */
  public void open(int environments) throws IOException {
    try (HttpConnection http = new HttpConnection(server)) {
      for (int i = 0; i < environments; i++) {
        String path = "/v1/envs/" + http.call("/v1/envs", CREATE).path("id").asText();
        http.ask(http.post(path + "/reset", "{}"));
        http.ask(http.post(path + "/step", "{\"action\":0}"));
      }
    }
  }

  private static byte[] step(String id, int environments, int actions, boolean binary)
      throws JsonProcessingException {
    byte[] chosen = new byte[environments];
    for (int i = 0; i < environments; i++) {
      chosen[i] = (byte) (i % actions);
    }
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", 1);
    message.put("type", "stepVector");
    message.put("vector", id);
    if (binary) {
      Map<String, Object> typed = new LinkedHashMap<>();
      typed.put("dtype", "uint8");
      typed.put("shape", new int[] {environments});
      typed.put("data", chosen);
      message.put("actions", typed);
      return CBOR.writeValueAsBytes(message);
    }
    int[] numbers = new int[environments];
    Arrays.setAll(numbers, i -> chosen[i]);
    message.put("actions", numbers);
    return JSON.writeValueAsBytes(message);
  }

  /** How many bytes an answer has on average, over some rounds. */
  private static int weigh(WebSocketConnection socket, byte[][] frames) throws IOException {
    long bytes = 0;
    for (int i = 0; i < ANSWERS_TO_WEIGH * frames.length; i++) {
      socket.send(frames[i % frames.length]);
      bytes += socket.receive();
    }
    return (int) (bytes / (ANSWERS_TO_WEIGH * frames.length));
  }

  /** Asks an empty server for so many bytes, in a message of that length. */
  private static String padded(int answer, int length) {
    String wanted = answer + " ";
    return wanted + ".".repeat(Math.max(0, length - wanted.length()));
  }

  /** Requests in an endless round, one after another over one connection. */
  private static final class Requests implements Exchange {
    private final HttpConnection connection;
    private final byte[][] requests;
    private final boolean[] isStep;
    private int next;

    Requests(HttpConnection connection, byte[][] requests, boolean[] isStep) {
      this.connection = connection;
      this.requests = requests;
      this.isStep = isStep;
    }

    @Override
    public long next() throws IOException {
      long start = System.nanoTime();
      connection.ask(requests[next]);
      long took = System.nanoTime() - start;
      boolean step = isStep[next];
      next = (next + 1) % requests.length;
      return step ? took : -1;
    }
  }
}
