package io.splitgym.registry;

import org.jspecify.annotations.Nullable;

/**
 * A request that has the wrong form: a name that nobody knows, or a value of the wrong type. A
 * value of the right type that isn't allowed is an {@link
 * io.splitgym.validation.InvalidValueException} instead.
 */
public final class MalformedRequestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final @Nullable String value;
  private final String allowed;

  private MalformedRequestException(
      String message, String field, @Nullable String value, String allowed) {
    super(message);
    this.field = field;
    this.value = value;
    this.allowed = allowed;
  }

  /**
   * A field that isn't known where it was given.
   *
   * @param field its full name, such as {@code options.sigmoid}
   * @param known the names that are, in the order in which they are told
   */
  public static MalformedRequestException unknownField(String field, Iterable<String> known) {
    String names = String.join(", ", known);
    String allowed = names.isEmpty() ? "no field at all" : "one of " + names;
    return new MalformedRequestException(
        field + " is not a known field, must be " + allowed, field, null, allowed);
  }

  /**
   * A field whose value has the wrong type.
   *
   * @param allowed what it must be, such as {@code "an integer"}
   */
  public static MalformedRequestException wrongType(
      String field, @Nullable Object value, String allowed) {
    return new MalformedRequestException(
        field + " is " + value + ", must be " + allowed, field, String.valueOf(value), allowed);
  }

  /** A field that has to be there and isn't. */
  public static MalformedRequestException missing(String field, String allowed) {
    return new MalformedRequestException(
        field + " is missing, must be " + allowed, field, null, allowed);
  }

  public String field() {
    return field;
  }

  /** The refused value as text, where one was given. */
  public @Nullable String value() {
    return value;
  }

  /** What is accepted, phrased to follow "must be". */
  public String allowed() {
    return allowed;
  }
}
