package io.splitgym.session;

/** There is no live environment of that id: it never was, was deleted, or expired. */
public final class UnknownSessionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String id;

  public UnknownSessionException(String id) {
    super("no environment has the id " + id + "; it may have been deleted, or left idle too long");
    this.id = id;
  }

  public String id() {
    return id;
  }
}
