package io.splitgym.cli.selfcheck;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** HTTP, a request for each thing that is asked. */
final class RestConnection implements Connection {
  private static final int REFUSED = 300;

  private final HttpClient client;
  private final URI server;
  private final Form form;
  private final @Nullable String token;
  private final Duration patience;

  RestConnection(
      HttpClient client, URI server, Form form, @Nullable String token, Duration patience) {
    this.client = client;
    this.server = server;
    this.form = form;
    this.token = token;
    this.patience = patience;
  }

  @Override
  public Reply ask(Ask ask) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(ask.path()))
            .timeout(patience)
            .header("Accept", form.mediaType());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (ask.key() != null) {
      request.header("Idempotency-Key", ask.key());
    }
    if (ask.method().equals("GET") || ask.method().equals("DELETE")) {
      request.method(ask.method(), HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", form.mediaType())
          .method(ask.method(), HttpRequest.BodyPublishers.ofByteArray(form.bytes(ask.fields())));
    }
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() >= REFUSED) {
      throw new IOException(
          ask.method() + " " + ask.path() + " was answered " + form.read(answer.body()));
    }
    return new Reply(answer.body(), form.read(answer.body()));
  }

  @Override
  public void close() {
    // the client is shared
  }
}
