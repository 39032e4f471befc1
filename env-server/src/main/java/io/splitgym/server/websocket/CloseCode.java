package io.splitgym.server.websocket;

/** Why the server closes a socket; those from 4000 on are its own. */
enum CloseCode {
  /** The server stops, or nothing was asked for too long. */
  GOING_AWAY(1001),
  /** A message is larger than any may be. */
  TOO_LARGE(1009),
  /** A token is needed, and another one came. */
  UNAUTHORIZED(4401),
  /** A token is needed, and none came in time. */
  HELLO_TOO_LATE(4408);

  private final int number;

  CloseCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
