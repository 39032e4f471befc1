package io.splitgym.registry;

import io.splitgym.environment.ParameterDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The names that a request may use and the types that go with them. Whether a value of the right
 * type is allowed is for the one who takes it to say.
 */
public final class RequestForm {
  private final List<String> names;
  private final Map<String, Field> fields;

  private RequestForm(Map<String, Field> fields) {
    this.names = List.copyOf(fields.keySet());
    this.fields = fields;
  }

  /** The form that those descriptions make; a dot in a name leads into an object. */
  public static RequestForm of(List<ParameterDescription> descriptions) {
    return under("", descriptions);
  }

  /**
   * Refuses what doesn't have this form.
   *
   * @param prefix what goes before a name in messages, such as {@code "options."}
   * @throws MalformedRequestException if a name is unknown or a value has the wrong type
   */
  public void check(String prefix, Map<String, ?> given) {
    given.forEach(
        (name, value) -> {
          Field field = fields.get(name);
          if (field == null) {
            throw MalformedRequestException.unknownField(prefix + name, names);
          }
          field.check(prefix + name, value);
        });
  }

  private static RequestForm under(String path, List<ParameterDescription> descriptions) {
    Map<String, Field> fields = new LinkedHashMap<>();
    for (ParameterDescription description : descriptions) {
      if (!description.name().startsWith(path)) {
        continue;
      }
      String name = description.name().substring(path.length());
      if (name.isEmpty() || name.indexOf('.') >= 0) {
        continue;
      }
      Type type = Type.named(description.type());
      fields.put(
          name,
          new Field(
              type, type == Type.OBJECT ? under(description.name() + ".", descriptions) : null));
    }
    return new RequestForm(fields);
  }

  private record Field(Type type, @Nullable RequestForm members) {
    void check(String name, @Nullable Object value) {
      if (!type.admits.test(value)) {
        throw MalformedRequestException.wrongType(name, value, type.phrase);
      }
      if (type == Type.NAMED_VALUES && value instanceof Map<?, ?> map) {
        map.forEach(
            (key, member) -> {
              if (!(member instanceof Number
                  || member instanceof String
                  || member instanceof Boolean)) {
                throw MalformedRequestException.wrongType(
                    name + "." + key, member, "a number, a text, true or false");
              }
            });
      }
      if (members != null && value instanceof Map<?, ?> map) {
        Map<String, @Nullable Object> inner = new LinkedHashMap<>();
        map.forEach((key, member) -> inner.put(String.valueOf(key), member));
        members.check(name + ".", inner);
      }
    }
  }

  /** The types of {@link ParameterDescription#type}. */
  private enum Type {
    INTEGER("integer", "an integer", Values::isInteger),
    NUMBER("number", "a number", value -> value instanceof Number),
    BOOLEAN("boolean", "true or false", value -> value instanceof Boolean),
    STRING("string", "a text", value -> value instanceof String),
    OBJECT("object", "an object", value -> value instanceof Map),
    NAMED_VALUES("named values", "an object", value -> value instanceof Map),
    INTEGER_LIST(
        "list of integers",
        "an array of integers",
        value ->
            value instanceof List<?> list
                && new ArrayList<>(list).stream().allMatch(Values::isInteger)),
    INTEGERS(
        "range of integers", "an array of two integers", value -> isPair(value, Values::isInteger)),
    NUMBERS(
        "range of numbers",
        "an array of two numbers",
        value -> isPair(value, end -> end instanceof Number));

    private final String text;
    private final String phrase;

    @SuppressWarnings("ImmutableEnumChecker") // the predicates hold no state
    private final Predicate<@Nullable Object> admits;

    Type(String text, String phrase, Predicate<@Nullable Object> admits) {
      this.text = text;
      this.phrase = phrase;
      this.admits = admits;
    }

    static Type named(String text) {
      for (Type type : values()) {
        if (type.text.equals(text)) {
          return type;
        }
      }
      throw new IllegalArgumentException("no parameter has the type " + text);
    }

    private static boolean isPair(@Nullable Object value, Predicate<@Nullable Object> of) {
      return value instanceof List<?> list
          && list.size() == 2
          && new ArrayList<>(list).stream().allMatch(of);
    }
  }
}
