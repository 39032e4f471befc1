package io.splitgym.session;

import io.splitgym.validation.InvalidValueException;

/**
 * What a client calls a request by, so that it can send it again when it doesn't know whether it
 * was carried out.
 *
 * @param text visible ASCII, 1 to 200 characters
 */
public record RequestKey(String text) {
  private static final int LONGEST = 200;

  public RequestKey {
    if (text.isEmpty()
        || text.length() > LONGEST
        || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new InvalidValueException(
          "Idempotency-Key", text, "1 to " + LONGEST + " visible ASCII characters");
    }
  }
}
