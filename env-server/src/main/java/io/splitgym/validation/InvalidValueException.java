package io.splitgym.validation;

import org.jspecify.annotations.Nullable;

/** A value that is not allowed. Its message reads "FIELD is VALUE, must be ALLOWED". */
public final class InvalidValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final String value;
  private final String allowed;

  /**
   * @param field the name under which the caller gave the value, such as {@code sigma}
   * @param value the refused value; its string form is kept
   * @param allowed what would have been accepted, such as {@code "in [0, 0.3]"}
   */
  public InvalidValueException(String field, @Nullable Object value, String allowed) {
    super(field + " is " + value + ", must be " + allowed);
    this.field = field;
    this.value = String.valueOf(value);
    this.allowed = allowed;
  }

  public String field() {
    return field;
  }

  /** The refused value as text. */
  public String value() {
    return value;
  }

  /** What is accepted, phrased to follow "must be". */
  public String allowed() {
    return allowed;
  }
}
