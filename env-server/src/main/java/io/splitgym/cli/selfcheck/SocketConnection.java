package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket, a message for each thing that is asked. */
final class SocketConnection implements Connection {
  private final Form form;
  private final Duration patience;
  private final BlockingQueue<byte[]> answers = new ArrayBlockingQueue<>(1);
  private final WebSocket socket;
  private long asked;

  SocketConnection(
      HttpClient client, URI server, Form form, @Nullable String token, Duration patience)
      throws IOException {
    this.form = form;
    this.patience = patience;
    WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(patience);
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    URI address = URI.create(server.toString().replaceFirst("^http", "ws")).resolve("/v1/ws");
    try {
      this.socket = builder.buildAsync(address, new Listener(answers)).join();
    } catch (CompletionException e) {
      throw new IOException(address + " can't be opened: " + e.getCause(), e);
    }
  }

  @Override
  public Reply ask(Ask ask) throws IOException, InterruptedException {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", ++asked);
    message.put("type", ask.type());
    message.putAll(ask.target());
    message.putAll(ask.fields());
    if (ask.key() != null) {
      message.put("idempotencyKey", ask.key());
    }
    byte[] bytes = form.bytes(message);
    if (form == Form.JSON) {
      socket.sendText(new String(bytes, StandardCharsets.UTF_8), true).join();
    } else {
      socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }
    byte[] answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null || answer.length == 0) {
      throw new IOException("the WebSocket was closed, or said nothing for " + patience);
    }
    JsonNode read = form.read(answer);
    if (!read.has("result")) {
      throw new IOException(ask.type() + " was answered " + read.get("problem"));
    }
    return new Reply(answer, read.get("result"));
  }

  @Override
  public void close() {
    socket.abort();
  }

  /** Puts messages together; an empty one says that no more come. */
  private static final class Listener implements WebSocket.Listener {
    private final BlockingQueue<byte[]> answers;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    Listener(BlockingQueue<byte[]> answers) {
      this.answers = answers;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      return add(socket, data.toString().getBytes(StandardCharsets.UTF_8), last);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      return add(socket, bytes, last);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      answers.offer(new byte[0]);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      answers.offer(new byte[0]);
    }

    private @Nullable CompletionStage<?> add(WebSocket socket, byte[] bytes, boolean last) {
      parts.write(bytes, 0, bytes.length);
      if (last) {
        answers.offer(parts.toByteArray());
        parts.reset();
      }
      socket.request(1);
      return null;
    }
  }
}
