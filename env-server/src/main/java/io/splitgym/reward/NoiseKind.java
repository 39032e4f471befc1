package io.splitgym.reward;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;

/** What a {@link PerplexityModel} answers with. */
public enum NoiseKind {
  /** The mean over fading and noise. */
  MEAN("mean"),

  /** One draw of fading and noise over each window of a text, as a step on the LLM is. */
  SAMPLED("sampled");

  /** The name of the parameter that chooses between them. */
  public static final String PARAMETER = "noise";

  /** The name of the parameter that says how many windows a draw is over. */
  public static final String WINDOWS_PARAMETER = "noiseWindows";

  /**
   * The windows that a draw is over, unless it is told otherwise; a step on the LLM has as many.
   */
  public static final int DEFAULT_WINDOWS = 8;

  /** The most windows that a draw is over. */
  public static final int MOST_WINDOWS = 1024;

  private final String id;

  NoiseKind(String id) {
    this.id = id;
  }

  /** The name used on the command line and in requests. */
  public String id() {
    return id;
  }

  /** Both names, as a refusal says what is allowed. */
  public static String ids() {
    return MEAN.id + " or " + SAMPLED.id;
  }

  /**
   * The one of that name.
   *
   * @param field named if there is none
   */
  public static NoiseKind ofId(String field, String id) {
    for (NoiseKind kind : values()) {
      if (kind.id.equals(id)) {
        return kind;
      }
    }
    throw new InvalidValueException(field, id, ids());
  }

  /**
   * A number of windows that a draw may be over.
   *
   * @param field named if it may not
   * @throws InvalidValueException unless it is in [1, {@value #MOST_WINDOWS}]
   */
  public static int requireWindows(String field, int windows) {
    return Require.inRange(field, windows, 1, MOST_WINDOWS);
  }
}
