package io.splitgym.surrogate;

import io.splitgym.validation.InvalidValueException;

/** What a surrogate predicts. */
public enum SurrogateTarget {
  LOG_PERPLEXITY("expected ln PPL in nats"),

  /**
   * The first term of the reward {@code reference}, as the network in the code that Chen et al.
   * released does: 10 times what it gives, the 10 being the target's deviation.
   */
  REWARD_TERM("first term of the reward");

  private final String text;

  SurrogateTarget(String text) {
    this.text = text;
  }

  /** What the file's metadata says. */
  public String text() {
    return text;
  }

  /**
   * @throws InvalidValueException unless it is the text of one of them
   */
  static SurrogateTarget ofText(String text) {
    for (SurrogateTarget target : values()) {
      if (target.text.equals(text)) {
        return target;
      }
    }
    throw new InvalidValueException(
        "target", text, LOG_PERPLEXITY.text + " or " + REWARD_TERM.text);
  }
}
