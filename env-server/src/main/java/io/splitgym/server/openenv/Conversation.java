package io.splitgym.server.openenv;

/** What is said on one connection: a message comes in, its answer goes out. One call at a time. */
interface Conversation {
  /** What is said on connecting. */
  Reply open();

  /** The answer to a message. */
  Reply answer(String text);

  /** Keeps the environment from expiring for as long as somebody is there. */
  void touch();

  /** Frees the environment, if it is this connection's alone. */
  void close();
}
