package io.splitgym.server.openenv;

/** The codes of errors on the WebSocket, by OpenEnv's names. */
enum ErrorCode {
  /** The message isn't one JSON object. */
  INVALID_JSON,
  /** The message's type isn't known. */
  UNKNOWN_TYPE,
  /** A field of the message is missing, unknown, of the wrong type or not allowed. */
  VALIDATION_ERROR,
  /** The environment can't do it, now or at all. */
  EXECUTION_ERROR,
  /** The server holds as many environments as it may; the socket closes. */
  CAPACITY_REACHED,
  /** The first environment can't be made; the socket closes. */
  FACTORY_ERROR,
  /** The connection's environment is gone, or never was; the socket closes. */
  SESSION_ERROR
}
