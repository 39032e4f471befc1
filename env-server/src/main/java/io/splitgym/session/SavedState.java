package io.splitgym.session;

import io.splitgym.durability.PlainValues;
import io.splitgym.registry.EnvironmentRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An environment at one moment: enough to go on from there, in it or in another one.
 *
 * @param request what makes an environment that can be in this state
 * @param fingerprint of what answered its steps
 * @param progress how far it had come
 * @param data what {@link io.splitgym.environment.Environment#save} gave
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record SavedState(
    EnvironmentRequest request, String fingerprint, Progress progress, byte[] data) {
  public SavedState {
    data = data.clone();
  }

  @Override
  public byte[] data() {
    return data.clone();
  }

  /**
   * SHA-256 of all of it, in hexadecimal. It tells a state that was cut or mixed up on its way; it
   * doesn't tell one that was made up.
   */
  public String checksum() {
    return digest(members(request, fingerprint, progress, data));
  }

  /** What a checksum is of, by name. */
  static Map<String, @Nullable Object> members(
      EnvironmentRequest request, String fingerprint, Progress progress, byte[] data) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("spec", request.spec());
    all.put("backend", request.backend());
    all.put("fingerprint", fingerprint);
    all.put("preset", request.preset());
    all.put("seed", request.seed());
    all.put("parameters", request.parameters());
    all.put("status", progress.status().name());
    all.put("episodes", progress.episodes());
    all.put("steps", progress.steps());
    all.put("data", data);
    return all;
  }

  /**
   * SHA-256 of a value, in hexadecimal. Numbers count by what they are worth, and the order of
   * names doesn't: JSON promises no more.
   */
  static String digest(@Nullable Object value) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(PlainValues.write(canonical(value))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether two values are the same, but for the types of numbers and the order of names. */
  static boolean same(@Nullable Object one, @Nullable Object other) {
    return Objects.equals(one, other)
        || MessageDigest.isEqual(
            PlainValues.write(canonical(one)), PlainValues.write(canonical(other)));
  }

  private static @Nullable Object canonical(@Nullable Object value) {
    if (value instanceof Number number) {
      double real = number.doubleValue();
      return real == Math.rint(real) && Math.abs(real) < 1L << 53
          ? (Object) (long) real
          : number instanceof Long ? number : (Object) real;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> sorted = new TreeMap<>();
      map.forEach((name, member) -> sorted.put(String.valueOf(name), canonical(member)));
      return sorted;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> elements = new ArrayList<>();
      list.forEach(element -> elements.add(canonical(element)));
      return elements;
    }
    return value;
  }
}
