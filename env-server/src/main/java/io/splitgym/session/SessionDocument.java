package io.splitgym.session;

import io.splitgym.durability.PlainValues;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All of a session, as it is kept.
 *
 * @param description what it is, as plain values; {@code kind} tells which kind of session
 * @param state of what it works on, as that saved it
 * @param answered the latest request with a key, if there was one; its answer as plain values
 * @param recording where the recording of its episodes stands, as plain values; null where they
 *     aren't recorded
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record SessionDocument(
    Origin origin,
    Map<String, Object> description,
    Progress progress,
    byte[] state,
    @Nullable Answered answered,
    @Nullable Object recording) {
  private static final int VERSION = 2;

  byte[] bytes() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("version", VERSION);
    all.put("order", origin.order());
    all.put("client", origin.client());
    all.put("key", origin.key() == null ? null : origin.key().text());
    all.put("digest", origin.digest());
    all.put("began", plain(origin.progress()));
    all.put("description", description);
    all.put("progress", plain(progress));
    all.put("state", state);
    if (origin.recorded()) {
      all.put("recording", recording);
    }
    if (answered != null) {
      all.put("answered", List.of(answered.key().text(), answered.command(), answered.answer()));
    }
    return PlainValues.write(all);
  }

  /**
   * @throws IllegalArgumentException if the bytes are those of another version
   */
  static SessionDocument of(byte[] bytes) {
    PlainFields all = PlainFields.of(PlainValues.read(bytes));
    if (all.integer("version") != VERSION) {
      throw new IllegalArgumentException("a session's document of another version");
    }
    Object key = all.get("key");
    List<?> answered = (List<?>) all.get("answered");
    return new SessionDocument(
        new Origin(
            all.longInteger("order"),
            all.text("client"),
            key == null ? null : new RequestKey((String) key),
            all.text("digest"),
            progress(all.present("began")),
            all.fields().containsKey("recording")),
        all.object("description"),
        progress(all.present("progress")),
        (byte[]) all.present("state"),
        answered == null
            ? null
            : new Answered(
                new RequestKey((String) answered.get(0)),
                (byte[]) answered.get(1),
                Objects.requireNonNull(answered.get(2))),
        all.get("recording"));
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
}
