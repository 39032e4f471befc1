package io.splitgym.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The members of a map that was read back, of the types that they were written with. */
record PlainFields(Map<?, ?> fields) {
  static PlainFields of(@Nullable Object plain) {
    return new PlainFields((Map<?, ?>) Objects.requireNonNull(plain));
  }

  @Nullable Object get(String name) {
    return fields.get(name);
  }

  Object present(String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }

  String text(String name) {
    return (String) present(name);
  }

  int integer(String name) {
    return (Integer) present(name);
  }

  long longInteger(String name) {
    return (Long) present(name);
  }

  Map<String, Object> object(String name) {
    Map<String, Object> object = new LinkedHashMap<>();
    ((Map<?, ?>) present(name)).forEach((key, value) -> object.put(String.valueOf(key), value));
    return object;
  }
}
