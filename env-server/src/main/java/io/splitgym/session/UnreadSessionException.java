package io.splitgym.session;

/**
 * There is a session of that id, left by a program of another version, which this one can't read.
 * All of it stays, for one that can.
 */
public final class UnreadSessionException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String id;

  UnreadSessionException(String id) {
    super(
        "the environment "
            + id
            + " was left by another version of the server, or by one that had other specs, and this"
            + " one can't read it; it is kept, and goes on where such a server has this port and"
            + " data folder");
    this.id = id;
  }

  public String id() {
    return id;
  }
}
