package io.splitgym.server.openenv;

import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.Problems;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC on a connection: its tools work on the connection's own environment. No tool can start
 * an episode, so the connection begins with one; another takes a REST reset with the session's id
 * as {@code episode_id}.
 */
final class ToolDialogue implements Conversation {
  private final String client;
  private final NamedEnvironments named;
  private final JsonRpc rpc;
  private @Nullable String name;
  private boolean closed;

  /**
   * @param client who speaks
   * @param named where the environment gets its name, by which others reach it too
   */
  ToolDialogue(String client, NamedEnvironments named, JsonRpc rpc) {
    this.client = client;
    this.named = named;
    this.rpc = rpc;
  }

  /** Nothing, unless there is no environment to be had. */
  @Override
  public CompletableFuture<Reply> open() {
    try {
      String made = named.create(client);
      if (!keep(made)) {
        named.close(made, client);
        return CompletableFuture.completedFuture(Reply.LAST);
      }
      return named
          .get(made, client)
          .reset(ResetFields.of(Map.of()))
          .handle(
              (body, failure) ->
                  failure == null ? Reply.NONE : withoutEnvironment(Workers.asUnchecked(failure)));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(withoutEnvironment(e));
    }
  }

  private Reply withoutEnvironment(RuntimeException failure) {
    return Reply.lastOf(rpc.withoutEnvironment(null, failure));
  }

  @Override
  public CompletableFuture<Reply> answer(String text) {
    String own = name();
    try {
      return rpc.answer(
              text.getBytes(StandardCharsets.UTF_8),
              client,
              own == null ? null : named.find(own, client).orElse(null),
              own)
          .handle(
              (body, failure) ->
                  failure == null ? Reply.of(body) : failure(Workers.asUnchecked(failure)));
    } catch (RuntimeException | Error e) {
      // an Error is a failure of one call: the connection must not wait for an answer for ever
      return CompletableFuture.completedFuture(failure(Workers.asUnchecked(e)));
    }
  }

  private Reply failure(RuntimeException failure) {
    return Reply.of(rpc.failure(Problems.of(failure)));
  }

  @Override
  public void touch() {
    String own = name();
    if (own != null) {
      named.find(own, client).ifPresent(ClientEnvironment::touch);
    }
  }

  @Override
  public void close() {
    String own;
    synchronized (this) {
      closed = true;
      own = name;
    }
    if (own != null) {
      named.close(own, client);
    }
  }

  private synchronized @Nullable String name() {
    return name;
  }

  /** Whether there is still a connection to keep it for. */
  private synchronized boolean keep(String made) {
    if (!closed) {
      name = made;
    }
    return !closed;
  }
}
