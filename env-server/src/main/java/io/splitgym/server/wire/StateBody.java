package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import io.splitgym.session.Progress;
import io.splitgym.session.SavedState;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An environment at one moment, to be given back as it is.
 *
 * @param data in base64; what it holds is the environment's own affair
 * @param checksum of all the rest, as {@link SavedState#checksum} has it
 */
@JsonPropertyOrder({
  "format",
  "version",
  "spec",
  "backend",
  "preset",
  "seed",
  "parameters",
  "status",
  "episodes",
  "steps",
  "data",
  "checksum"
})
public record StateBody(
    String format,
    int version,
    String spec,
    String backend,
    String preset,
    long seed,
    Map<String, Object> parameters,
    String status,
    long episodes,
    long steps,
    String data,
    String checksum) {
  private static final String FORMAT = "splitgym-state";
  private static final int VERSION = 1;
  private static final List<String> FIELDS =
      List.of(
          "format",
          "version",
          "spec",
          "backend",
          "preset",
          "seed",
          "parameters",
          "status",
          "episodes",
          "steps",
          "data",
          "checksum");

  public static StateBody of(SavedState saved) {
    EnvironmentRequest request = saved.request();
    Progress progress = saved.progress();
    Long seed = request.seed();
    return new StateBody(
        FORMAT,
        VERSION,
        request.spec(),
        String.valueOf(request.backend()),
        String.valueOf(request.preset()),
        seed == null ? 0 : seed,
        request.parameters(),
        text(progress.status()),
        progress.episodes(),
        progress.steps(),
        Base64.getEncoder().encodeToString(saved.data()),
        saved.checksum());
  }

  /**
   * The state that these fields are, whole; whether there can be such a state is for the
   * environment to say.
   *
   * @param prefix what goes before a field in messages, such as {@code "state."}
   * @throws MalformedRequestException if a field is unknown, missing or of the wrong type
   * @throws InvalidValueException if it is another format, or the checksum is that of another state
   */
  public static SavedState read(String prefix, Map<String, @Nullable Object> fields) {
    for (String name : fields.keySet()) {
      if (!FIELDS.contains(name)) {
        throw MalformedRequestException.unknownField(prefix + name, FIELDS);
      }
    }
    requireSame(prefix + "format", text(prefix, fields, "format"), FORMAT);
    requireSame(prefix + "version", integer(prefix, fields, "version"), (long) VERSION);
    SavedState saved =
        new SavedState(
            new EnvironmentRequest(
                text(prefix, fields, "spec"),
                text(prefix, fields, "backend"),
                text(prefix, fields, "preset"),
                integer(prefix, fields, "seed"),
                object(prefix + "parameters", present(prefix, fields, "parameters"))),
            new Progress(
                status(prefix, fields),
                count(prefix, fields, "episodes"),
                count(prefix, fields, "steps")),
            bytes(prefix, fields));
    requireSame(prefix + "checksum", text(prefix, fields, "checksum"), saved.checksum());
    return saved;
  }

  /** A value that has to be an object. */
  @SuppressWarnings("unchecked") // the reader makes maps with texts as keys, and no others
  public static Map<String, Object> object(String field, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return new LinkedHashMap<>((Map<String, Object>) map);
    }
    throw MalformedRequestException.wrongType(field, value, "an object");
  }

  private static Progress.Status status(String prefix, Map<String, @Nullable Object> fields) {
    String name = text(prefix, fields, "status");
    List<String> names = Arrays.stream(Progress.Status.values()).map(StateBody::text).toList();
    if (!names.contains(name)) {
      throw new InvalidValueException(
          prefix + "status", name, "one of " + String.join(", ", names));
    }
    return Progress.Status.values()[names.indexOf(name)];
  }

  private static String text(Progress.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static byte[] bytes(String prefix, Map<String, @Nullable Object> fields) {
    String data = text(prefix, fields, "data");
    try {
      return Base64.getDecoder().decode(data);
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(prefix + "data", data, "base64");
    }
  }

  private static long count(String prefix, Map<String, @Nullable Object> fields, String name) {
    long count = integer(prefix, fields, name);
    if (count < 0) {
      throw new InvalidValueException(prefix + name, count, "at least 0");
    }
    return count;
  }

  private static long integer(String prefix, Map<String, @Nullable Object> fields, String name) {
    return Values.integer(prefix + name, present(prefix, fields, name));
  }

  private static String text(String prefix, Map<String, @Nullable Object> fields, String name) {
    Object value = present(prefix, fields, name);
    if (value instanceof String text) {
      return text;
    }
    throw MalformedRequestException.wrongType(prefix + name, value, "a text");
  }

  private static @Nullable Object present(
      String prefix, Map<String, @Nullable Object> fields, String name) {
    if (!fields.containsKey(name)) {
      throw MalformedRequestException.missing(
          prefix + name, "there: a state is given back as it was got");
    }
    return fields.get(name);
  }

  private static void requireSame(String field, Object given, Object expected) {
    if (!given.equals(expected)) {
      throw new InvalidValueException(field, given, String.valueOf(expected));
    }
  }
}
