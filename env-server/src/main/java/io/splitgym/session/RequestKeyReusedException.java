package io.splitgym.session;

/** A request came with the key of an earlier one that asked for something else. */
public final class RequestKeyReusedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String key;

  RequestKeyReusedException(RequestKey key) {
    super("the Idempotency-Key " + key.text() + " came with another request before");
    this.key = key.text();
  }

  public String key() {
    return key;
  }
}
