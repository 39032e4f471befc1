package io.splitgym.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket client that waits for what it expects. */
final class OpenEnvSocket implements WebSocket.Listener, AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  private OpenEnvSocket(URI address, String... headers) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    socket = builder.buildAsync(address, this).join();
  }

  static OpenEnvSocket open(GymServer server, String path, String... headers) {
    return new OpenEnvSocket(
        URI.create("ws" + server.address().toString().substring(4) + path), headers);
  }

  static OpenEnvSocket open(GymServer server) {
    return open(server, "/openenv/ws");
  }

  /** The status with which a server refuses to talk. */
  static int refusal(GymServer server, String path, String... headers) {
    try (OpenEnvSocket open = open(server, path, headers)) {
      throw new AssertionError("accepted: " + open);
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  JsonNode ask(String message) {
    say(message);
    return hear();
  }

  void say(String message) {
    socket.sendText(message, true).join();
  }

  void sayBinary(byte[] message) {
    socket.sendBinary(ByteBuffer.wrap(message), true).join();
  }

  /** Pings, and waits for the pong. */
  void ping() {
    socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
    take(pongs);
  }

  JsonNode hear() {
    String text = take(texts);
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Goes without a word. */
  @Override
  public void close() {
    socket.abort();
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      texts.add(part.toString());
      part.setLength(0);
    }
    webSocket.request(1);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
    pongs.add("pong");
    webSocket.request(1);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
    closed.complete(statusCode);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.completeExceptionally(error);
  }

  private static String take(BlockingQueue<String> queue) {
    try {
      String next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
