package io.splitgym.environment;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;

/** What a vector environment does with an environment whose episode is over, as in Gymnasium. */
public enum AutoresetMode {
  /** The next step resets it, whatever its action: reward 0, the first observation, its info. */
  NEXT_STEP("NextStep"),
  /**
   * The step that ends the episode resets it too: the observation and info are those of the reset,
   * and the episode's last ones stand in the info as {@code final_obs} and {@code final_info}.
   */
  SAME_STEP("SameStep"),
  /** Nothing: it is for the caller to reset it, with a mask, before the next step. */
  DISABLED("Disabled");

  /** The names used in requests, those of Gymnasium's {@code AutoresetMode}. */
  public static final List<String> TEXTS =
      Arrays.stream(values()).map(AutoresetMode::text).toList();

  private final String text;

  AutoresetMode(String text) {
    this.text = text;
  }

  /** The name used in requests. */
  public String text() {
    return text;
  }

  /**
   * @throws InvalidValueException naming the field {@code autoreset} if there is no such mode
   */
  public static AutoresetMode ofText(String text) {
    return Arrays.stream(values())
        .filter(mode -> mode.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidValueException("autoreset", text, "one of " + String.join(", ", TEXTS)));
  }
}
