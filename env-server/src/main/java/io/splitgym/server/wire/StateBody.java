package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.Values;
import io.splitgym.registry.VectorRequest;
import io.splitgym.session.Progress;
import io.splitgym.session.SavedState;
import io.splitgym.session.SavedVector;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An environment, or a vector of them, at one moment, to be given back as it is.
 *
 * @param numEnvs of a vector only
 * @param autoreset of a vector only
 * @param data what the environment made of itself: Base64 in JSON, bytes in CBOR
 * @param checksum of all the rest, as {@link SavedState#checksum} has it
 */
@JsonPropertyOrder({
  "format",
  "version",
  "spec",
  "backend",
  "fingerprint",
  "preset",
  "seed",
  "numEnvs",
  "autoreset",
  "parameters",
  "status",
  "episodes",
  "steps",
  "data",
  "checksum"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record StateBody(
    String format,
    int version,
    String spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    @Nullable Integer numEnvs,
    @Nullable String autoreset,
    Map<String, Object> parameters,
    String status,
    long episodes,
    long steps,
    byte[] data,
    String checksum) {
  private static final String FORMAT = "splitgym-state";
  private static final String VECTOR_FORMAT = "splitgym-vector-state";
  private static final int VERSION = 1;
  private static final String STATE = "state";
  private static final List<String> FIELDS =
      List.of(
          "format",
          "version",
          "spec",
          "backend",
          "fingerprint",
          "preset",
          "seed",
          "parameters",
          "status",
          "episodes",
          "steps",
          "data",
          "checksum");
  private static final List<String> VECTOR_FIELDS =
      Stream.concat(FIELDS.stream(), Stream.of(VectorRequest.COUNT, VectorRequest.AUTORESET))
          .toList();

  public static StateBody of(SavedState saved) {
    return of(
        FORMAT,
        saved.request(),
        saved.fingerprint(),
        null,
        null,
        saved.progress(),
        saved.data(),
        saved.checksum());
  }

  public static StateBody of(SavedVector saved) {
    VectorRequest request = saved.request();
    return of(
        VECTOR_FORMAT,
        request.each(),
        saved.fingerprint(),
        request.count(),
        request.autoreset().text(),
        saved.progress(),
        saved.data(),
        saved.checksum());
  }

  private static StateBody of(
      String format,
      EnvironmentRequest request,
      String fingerprint,
      @Nullable Integer count,
      @Nullable String autoreset,
      Progress progress,
      byte[] data,
      String checksum) {
    Long seed = request.seed();
    return new StateBody(
        format,
        VERSION,
        request.spec(),
        String.valueOf(request.backend()),
        fingerprint,
        String.valueOf(request.preset()),
        seed == null ? 0 : seed,
        count,
        autoreset,
        request.parameters(),
        text(progress.status()),
        progress.episodes(),
        progress.steps(),
        data,
        checksum);
  }

  /** Whether the body of a creation holds a state to go on from. */
  public static boolean isIn(Map<String, @Nullable Object> creation) {
    return creation.containsKey(STATE);
  }

  /**
   * What the body of a creation holds under {@code state}, and nothing beside it.
   *
   * @param read {@link #read} or {@link #readVector}
   * @throws MalformedRequestException if it isn't an object, or there is more
   */
  public static <T> T alone(
      Map<String, @Nullable Object> creation,
      BiFunction<String, Map<String, @Nullable Object>, T> read) {
    for (String name : creation.keySet()) {
      if (!name.equals(STATE)) {
        throw MalformedRequestException.unknownField(name, List.of(STATE));
      }
    }
    return read.apply(STATE + ".", object(STATE, creation.get(STATE)));
  }

  /**
   * The state of an environment that these fields are, whole; whether there can be such a state is
   * for the environment to say.
   *
   * @param prefix what goes before a field in messages, such as {@code "state."}
   * @throws MalformedRequestException if a field is unknown, missing or of the wrong type
   * @throws InvalidValueException if it is another format, or the checksum is that of another state
   */
  public static SavedState read(String prefix, Map<String, @Nullable Object> fields) {
    requireFormat(prefix, fields, FORMAT, FIELDS);
    SavedState saved =
        new SavedState(
            request(prefix, fields),
            text(prefix, fields, "fingerprint"),
            progress(prefix, fields),
            bytes(prefix, fields));
    requireSame(prefix + "checksum", text(prefix, fields, "checksum"), saved.checksum());
    return saved;
  }

  /**
   * The same of a vector.
   *
   * @see #read
   */
  public static SavedVector readVector(String prefix, Map<String, @Nullable Object> fields) {
    requireFormat(prefix, fields, VECTOR_FORMAT, VECTOR_FIELDS);
    long environments = integer(prefix, fields, VectorRequest.COUNT);
    if (environments < 1 || environments > Integer.MAX_VALUE) {
      throw new InvalidValueException(prefix + VectorRequest.COUNT, environments, "at least 1");
    }
    AutoresetMode autoreset;
    try {
      autoreset = AutoresetMode.ofText(text(prefix, fields, VectorRequest.AUTORESET));
    } catch (InvalidValueException e) {
      throw new InvalidValueException(prefix + e.field(), e.value(), e.allowed());
    }
    Progress progress = progress(prefix, fields);
    if (!SavedVector.canBeAt(progress)) {
      throw new InvalidValueException(
          prefix + "status", text(progress.status()), "created or running");
    }
    SavedVector saved =
        new SavedVector(
            new VectorRequest(request(prefix, fields), (int) environments, autoreset),
            text(prefix, fields, "fingerprint"),
            progress,
            bytes(prefix, fields));
    requireSame(prefix + "checksum", text(prefix, fields, "checksum"), saved.checksum());
    return saved;
  }

  private static void requireFormat(
      String prefix, Map<String, @Nullable Object> fields, String format, List<String> known) {
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw MalformedRequestException.unknownField(prefix + name, known);
      }
    }
    requireSame(prefix + "format", text(prefix, fields, "format"), format);
    requireSame(prefix + "version", integer(prefix, fields, "version"), (long) VERSION);
  }

  private static EnvironmentRequest request(String prefix, Map<String, @Nullable Object> fields) {
    return new EnvironmentRequest(
        text(prefix, fields, "spec"),
        text(prefix, fields, "backend"),
        text(prefix, fields, "preset"),
        integer(prefix, fields, "seed"),
        object(prefix + "parameters", present(prefix, fields, "parameters")));
  }

  private static Progress progress(String prefix, Map<String, @Nullable Object> fields) {
    return new Progress(
        status(prefix, fields), count(prefix, fields, "episodes"), count(prefix, fields, "steps"));
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
    if (fields.get("data") instanceof byte[] bytes) {
      return bytes;
    }
    String data = text(prefix, fields, "data");
    try {
      return Base64.getDecoder().decode(data);
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException(prefix + "data", data, "Base64");
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
