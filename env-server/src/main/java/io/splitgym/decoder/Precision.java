package io.splitgym.decoder;

import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * In what numbers a decoder multiplies matrices. Hidden states between layers, norms, rotations,
 * softmax and losses are float32 in each.
 */
public enum Precision {
  /** Weights and activations in float32. */
  F32("f32", 4),
  /** Weights and activations in bfloat16, sums in float32. */
  BF16("bf16", 2),
  /** Weights in int8 with a scale for each output, activations with one for each token. */
  INT8("int8", 1);

  /** In place of a name: whichever has been decided for. */
  public static final String AUTO = "auto";

  private final String text;
  private final int weightBytes;

  Precision(String text, int weightBytes) {
    this.text = text;
    this.weightBytes = weightBytes;
  }

  /** As settings and measurements call it. */
  public String text() {
    return text;
  }

  /** What a weight of a matrix takes in memory. */
  int weightBytes() {
    return weightBytes;
  }

  /** All names, in order. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(Precision::text).toList();
  }

  /** What a setting may be, in words. */
  public static String allowedOrAuto() {
    return "one of " + AUTO + ", " + String.join(", ", texts());
  }

  /**
   * The one of that name; empty for {@link #AUTO}.
   *
   * @throws InvalidValueException if it is neither, naming the field
   */
  public static Optional<Precision> ofOrAuto(String field, String text) {
    if (text.equals(AUTO)) {
      return Optional.empty();
    }
    if (!texts().contains(text)) {
      throw new InvalidValueException(field, text, allowedOrAuto());
    }
    return Optional.of(of(field, text));
  }

  /**
   * The one of that name.
   *
   * @throws InvalidValueException if there is none, naming the field
   */
  public static Precision of(String field, String text) {
    return Arrays.stream(values())
        .filter(one -> one.text.equals(text))
        .findFirst()
        .orElseThrow(
            () -> new InvalidValueException(field, text, "one of " + String.join(", ", texts())));
  }
}
