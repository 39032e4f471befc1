package io.splitgym.server.openenv;

import java.util.concurrent.CompletableFuture;

/**
 * What is said on one connection: a message comes in, its answer goes out. One call at a time; what
 * takes seconds is answered when it is done, and holds no thread of the caller's meanwhile.
 */
interface Conversation {
  /** What is said on connecting. */
  CompletableFuture<Reply> open();

  /** The answer to a message; never fails. */
  CompletableFuture<Reply> answer(String text);

  /** Keeps the environment from expiring for as long as somebody is there. */
  void touch();

  /** Frees the environment, if it is this connection's alone. */
  void close();
}
