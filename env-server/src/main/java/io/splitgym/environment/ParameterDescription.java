package io.splitgym.environment;

import io.splitgym.extension.Parameter;

/**
 * One parameter that a request may set.
 *
 * @param name as in a request; a dot leads into an object, as in {@code reward.kind}
 * @param type one of {@code integer}, {@code number}, {@code boolean}, {@code string}, {@code
 *     object}, {@code range of integers} and {@code range of numbers}, {@code list of integers}; a
 *     range is a list of its two ends; or {@code named values}, an object whose members, numbers,
 *     texts, true or false, are for somebody else to know
 * @param defaultValue a JSON value, or a formula in text where it depends on the model's number L
 *     of layers
 * @param allowed what is accepted, phrased to follow "must be"
 * @param meaning one sentence for people
 */
public record ParameterDescription(
    String name, String type, Object defaultValue, String allowed, String meaning) {
  /** That of an extension's parameter. */
  public static ParameterDescription of(Parameter parameter) {
    return new ParameterDescription(
        parameter.name(),
        parameter.type(),
        parameter.absent(),
        parameter.allowed(),
        parameter.meaning());
  }
}
