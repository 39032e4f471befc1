package io.splitgym.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Talks to a server, and holds every answer to the contract. */
final class TestClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper CBOR = new CBORMapper();
  private static final Contract REPOSITORY = Contract.ofRepository();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI address;
  private final Contract contract;
  private final String prefix;

  TestClient(GymServer server) {
    this(server, REPOSITORY, "");
  }

  /**
   * @param prefix what goes before the contract's paths
   */
  TestClient(GymServer server, Contract contract, String prefix) {
    this.address = server.address();
    this.contract = contract;
    this.prefix = prefix;
  }

  Answer get(String path) {
    return send("GET", path, null);
  }

  Answer post(String path, String body) {
    return send("POST", path, body);
  }

  Answer delete(String path) {
    return send("DELETE", path, null);
  }

  /** Creates an environment and gives its path. */
  String create(String body) {
    Answer answer = post("/v1/envs", body);
    if (answer.status() != 201) {
      throw new AssertionError(answer.text());
    }
    return "/v1/envs/" + answer.json().get("id").asText();
  }

  /** Sends CBOR, and gets it. */
  Answer postCbor(String path, byte[] body) {
    return sendCbor("POST", path, body);
  }

  private Answer sendCbor(String method, String path, byte[] body) {
    return send(
        HttpRequest.newBuilder(address.resolve(prefix + path))
            .header("Content-Type", "application/cbor")
            .header("Accept", "application/cbor")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  /** Sends a JSON text as CBOR. */
  Answer postCbor(String path, String json) {
    return sendCbor("POST", path, json);
  }

  Answer sendCbor(String method, String path, String json) {
    try {
      return sendCbor(method, path, CBOR.writeValueAsBytes(JSON.readTree(json)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends what is JSON, if anything is sent. */
  Answer send(String method, String path, @Nullable String body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(prefix + path));
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request.method(method, HttpRequest.BodyPublishers.ofString(body));
      request.setHeader("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      Answer answer = new Answer(response);
      String path = request.uri().getRawPath();
      contract.check(
          request.method(),
          path.startsWith(prefix) ? path.substring(prefix.length()) : path,
          answer);
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  URI address() {
    return address;
  }

  /** A response. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    /** The body, whichever encoding it is in. */
    JsonNode json() {
      try {
        return isCbor() ? CBOR.readTree(response.body()) : JSON.readTree(text());
      } catch (IOException e) {
        throw new AssertionError("not a body: " + text(), e);
      }
    }

    private boolean isCbor() {
      return "application/cbor".equals(header("Content-Type"));
    }

    @Nullable String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    /** The text of a problem's member; null if it has none. */
    @Nullable String problem(String member) {
      return json().has(member) ? json().get(member).asText() : null;
    }
  }
}
