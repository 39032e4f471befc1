package io.splitgym.session;

import io.splitgym.durability.PlainValues;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.space.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All of a session, as it is kept.
 *
 * @param state of the environment, as it saved it
 * @param answered the latest request with a key, if there was one
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record SessionDocument(
    Origin origin,
    SessionDescription description,
    Progress progress,
    byte[] state,
    @Nullable Answered answered) {
  private static final int VERSION = 1;

  byte[] bytes() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("version", VERSION);
    all.put("order", origin.order());
    all.put("client", origin.client());
    all.put("key", origin.key() == null ? null : origin.key().text());
    all.put("digest", origin.digest());
    all.put("began", plain(origin.progress()));
    all.put("spec", description.spec().id());
    all.put("backend", description.backend());
    all.put("preset", description.preset());
    all.put("seed", description.seed());
    all.put("parameters", description.parameters());
    all.put("observationSpace", plain(description.observationSpace()));
    all.put("actionSpace", plain(description.actionSpace()));
    all.put("progress", plain(progress));
    all.put("state", state);
    if (answered != null) {
      all.put(
          "answered",
          List.of(answered.key().text(), answered.command(), Answers.plain(answered.answer())));
    }
    return PlainValues.write(all);
  }

  /**
   * @throws IllegalArgumentException if the bytes are those of another version, or of a spec that
   *     is no more
   */
  static SessionDocument of(byte[] bytes, EnvironmentRegistry registry) {
    Map<?, ?> all = (Map<?, ?>) Objects.requireNonNull(PlainValues.read(bytes));
    if (!Integer.valueOf(VERSION).equals(all.get("version"))) {
      throw new IllegalArgumentException("a session's document of version " + all.get("version"));
    }
    String spec = text(all, "spec");
    EnvironmentSpec found =
        registry
            .find(spec)
            .orElseThrow(() -> new IllegalArgumentException("no spec has the id " + spec));
    Object key = all.get("key");
    Map<String, Object> parameters = new LinkedHashMap<>();
    ((Map<?, ?>) value(all, "parameters"))
        .forEach((name, value) -> parameters.put(String.valueOf(name), value));
    List<?> answered = (List<?>) all.get("answered");
    return new SessionDocument(
        new Origin(
            (Long) value(all, "order"),
            text(all, "client"),
            key == null ? null : new RequestKey((String) key),
            text(all, "digest"),
            progress(value(all, "began"))),
        new SessionDescription(
            found,
            text(all, "backend"),
            text(all, "preset"),
            (Long) value(all, "seed"),
            parameters,
            space(value(all, "observationSpace")),
            space(value(all, "actionSpace"))),
        progress(value(all, "progress")),
        (byte[]) value(all, "state"),
        answered == null
            ? null
            : new Answered(
                new RequestKey((String) answered.get(0)),
                (byte[]) answered.get(1),
                Answers.of(answered.get(2))));
  }

  private static Object value(Map<?, ?> all, String name) {
    return Objects.requireNonNull(all.get(name), name);
  }

  private static String text(Map<?, ?> all, String name) {
    return (String) value(all, name);
  }

  private static List<Object> plain(Progress progress) {
    return List.of(progress.status().name(), progress.episodes(), progress.steps());
  }

  private static Progress progress(Object plain) {
    List<?> fields = (List<?>) plain;
    return new Progress(
        Progress.Status.valueOf((String) fields.get(0)),
        (Long) fields.get(1),
        (Long) fields.get(2));
  }

  private static Object plain(Space space) {
    return space instanceof Box box
        ? List.of(box.names(), box.low(), box.high())
        : (Object) ((Discrete) space).n();
  }

  private static Space space(Object plain) {
    if (plain instanceof Integer n) {
      return new Discrete(n);
    }
    List<?> fields = (List<?>) plain;
    List<String> names = new ArrayList<>();
    ((List<?>) fields.get(0)).forEach(name -> names.add((String) name));
    return new Box(names, (float[]) fields.get(1), (float[]) fields.get(2));
  }
}
