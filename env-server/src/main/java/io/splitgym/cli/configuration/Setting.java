package io.splitgym.cli.configuration;

import io.splitgym.validation.InvalidValueException;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.PicocliException;

/** An option under all of its names: flag, variable, key of the configuration file. */
final class Setting {
  private static final String PREFIX = "SPLITGYM_";
  private static final Set<Class<?>> WHOLE_NUMBERS =
      Set.of(int.class, Integer.class, long.class, Long.class, short.class, Short.class);
  private static final Set<Class<?>> NUMBERS =
      Set.of(double.class, Double.class, float.class, Float.class);

  private final OptionSpec option;
  private final Field field;

  private Setting(OptionSpec option, Field field) {
    this.option = option;
    this.field = field;
  }

  /** The settings among a command's options, in the order in which its help lists them. */
  static List<Setting> of(CommandSpec command) {
    return command.options().stream()
        .filter(
            option ->
                option.userObject() instanceof Field field
                    && field.getDeclaringClass().isAnnotationPresent(Configurable.class))
        .map(option -> new Setting(option, (Field) option.userObject()))
        .toList();
  }

  /** The key in the file, such as {@code max-sessions}. */
  String name() {
    return flag().replaceFirst("^-+", "");
  }

  /** Whether a refusal's field means this one, as key or as flag. */
  boolean isCalled(String field) {
    return field.equals(name()) || field.equals(flag());
  }

  /** Such as {@code --max-sessions}. */
  String flag() {
    return option.longestName();
  }

  /** Such as {@code SPLITGYM_MAX_SESSIONS}. */
  String variable() {
    return PREFIX + name().replace('-', '_').toUpperCase(Locale.ROOT);
  }

  OptionSpec option() {
    return option;
  }

  boolean secret() {
    return field.isAnnotationPresent(Secret.class);
  }

  /** Whether it is a list, in the environment divided by commas. */
  boolean multiple() {
    return option.isMultiValue();
  }

  /** What is accepted, phrased to follow "must be". */
  String allowed() {
    Class<?> type = elementType();
    Within within = field.getAnnotation(Within.class);
    String range =
        within == null ? "" : " in [" + number(within.low()) + ", " + number(within.high()) + "]";
    String single;
    if (type == boolean.class || type == Boolean.class) {
      single = "true or false";
    } else if (WHOLE_NUMBERS.contains(type)) {
      single = "an integer" + range;
    } else if (NUMBERS.contains(type)) {
      single = "a number" + range;
    } else if (type == Path.class) {
      single = "a path";
    } else if (type == NamedPath.class) {
      single = NamedPath.FORM;
    } else if (type.isEnum()) {
      single =
          "one of "
              + Arrays.stream(type.getEnumConstants())
                  .map(Object::toString)
                  .collect(Collectors.joining(", "));
    } else {
      single = "text";
    }
    return multiple() ? "a list, each " + single : single;
  }

  /**
   * The value that the texts stand for, checked.
   *
   * @param texts one, unless the setting is a list
   * @param base what relative paths start from
   * @throws InvalidValueException if it is not allowed
   */
  @Nullable Object read(List<String> texts, Path base) {
    if (!multiple() && texts.size() != 1) {
      throw refuse("a list");
    }
    if (texts.isEmpty()) {
      return List.of();
    }
    // a copy without the command's field behind it, so that nothing is set before all is checked
    OptionSpec.Builder builder =
        OptionSpec.builder("--value")
            .type(option.type())
            .auxiliaryTypes(option.auxiliaryTypes())
            .converters(option.converters())
            .splitRegex(option.splitRegex())
            .arity(multiple() ? "0..*" : "0..1");
    OptionSpec copy = builder.build();
    String[] arguments =
        texts.stream().map(text -> "--value=" + resolved(text, base)).toArray(String[]::new);
    try {
      CommandSpec scratch = CommandSpec.create().addOption(copy);
      scratch.parser().trimQuotes(false);
      new CommandLine(scratch).setExpandAtFiles(false).parseArgs(arguments);
    } catch (PicocliException e) {
      throw refuse(String.join(", ", texts));
    }
    Object value = from(base, copy.getValue());
    check(value);
    return value;
  }

  /**
   * @throws InvalidValueException if a number is out of its range
   */
  void check(@Nullable Object value) {
    Within within = field.getAnnotation(Within.class);
    if (within == null || value == null) {
      return;
    }
    Collection<?> elements = value instanceof Collection<?> several ? several : List.of(value);
    for (Object element : elements) {
      double number = ((Number) element).doubleValue();
      if (!(number >= within.low() && number <= within.high())) {
        throw refuse(element);
      }
    }
  }

  /** Back to the default. */
  void reset() {
    String absent = option.defaultValue();
    if (absent != null) {
      option.setValue(read(List.of(absent), Path.of("")));
    }
  }

  InvalidValueException refuse(@Nullable Object value) {
    return new InvalidValueException(name(), secret() ? "(hidden)" : value, allowed());
  }

  private String resolved(String text, Path base) {
    return elementType() == Path.class ? base.resolve(text).toString() : text;
  }

  private static @Nullable Object from(Path base, @Nullable Object value) {
    return value instanceof List<?> several
        ? several.stream()
            .map(each -> each instanceof NamedPath named ? named.from(base) : each)
            .toList()
        : value;
  }

  private Class<?> elementType() {
    return multiple() ? option.auxiliaryTypes()[0] : option.type();
  }

  private static String number(double bound) {
    return new BigDecimal(bound).stripTrailingZeros().toPlainString();
  }
}
