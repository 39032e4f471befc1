package io.splitgym.server.openenv;

import io.splitgym.server.problem.Problems;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
  public Reply open() {
    try {
      String made = named.create(client);
      if (!keep(made)) {
        named.close(made);
        return Reply.LAST;
      }
      named.get(made).reset(ResetFields.of(Map.of()));
      return Reply.NONE;
    } catch (RuntimeException e) {
      return Reply.lastOf(rpc.withoutEnvironment(null, e));
    }
  }

  @Override
  public Reply answer(String text) {
    String own = name();
    try {
      return Reply.of(
          rpc.answer(
              text.getBytes(StandardCharsets.UTF_8),
              client,
              own == null ? null : named.find(own).orElse(null),
              own));
    } catch (LinkageError | StackOverflowError | OutOfMemoryError | AssertionError e) {
      // a failure of one call: the connection must not wait for an answer for ever
      return Reply.of(rpc.failure(Problems.of(new IllegalStateException("a call failed", e))));
    }
  }

  @Override
  public void touch() {
    String own = name();
    if (own != null) {
      named.find(own).ifPresent(ClientEnvironment::touch);
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
      named.close(own);
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
