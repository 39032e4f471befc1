package io.splitgym.cli.configuration;

import io.splitgym.validation.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What flags, environment variables and the configuration file say to one command, in this order:
 * the first that names a setting decides. Everything is looked at before anything is refused.
 */
final class Configuration {
  /** Names the file; every command has it. */
  static final String FILE_FLAG = "--config";

  private static final String PREFIX = "SPLITGYM_";
  private static final String FILE_VARIABLE = PREFIX + "CONFIG";

  /** Variables that the launchers and the Python client read. */
  private static final Set<String> OTHERS =
      Set.of(
          FILE_VARIABLE,
          PREFIX + "CLASS_ARCHIVE",
          PREFIX + "CLASS_PATH",
          PREFIX + "COMMAND",
          PREFIX + "JAVA_OPTIONS",
          PREFIX + "LOG_LEVEL",
          PREFIX + "PLUGINS",
          PREFIX + "URL");

  /** What Kubernetes sets in every container beside a service that is called splitgym. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(PREFIX + "(SERVICE_(HOST|PORT.*)|PORT_\\d+_.*)");

  private static final int NEAR = 2;

  private final Map<String, String> environment;
  private final Path home;

  Configuration(Map<String, String> environment, Path home) {
    this.environment = environment;
    this.home = home;
  }

  /**
   * One setting as it is in force.
   *
   * @param value as its option holds it
   */
  record Value(Setting setting, @Nullable Object value, Origin origin) {}

  /**
   * What came of it.
   *
   * @param values every setting of the command
   * @param errors what is wrong, each naming its origin
   */
  record Outcome(List<Value> values, List<String> errors) {}

  /**
   * Sets the command's options that are not on its command line, and checks all.
   *
   * @param parsed the command's part of the command line
   * @param chosenFile from {@value #FILE_FLAG}, or null
   */
  Outcome apply(ParseResult parsed, @Nullable Path chosenFile) {
    CommandSpec command = parsed.commandSpec();
    List<Setting> settings = Setting.of(command);
    List<String> errors = new ArrayList<>();
    Set<String> refused = new TreeSet<>();
    if (settings.isEmpty()) {
      // nothing in the environment or the file concerns such a command
      for (Exception error : parsed.errors()) {
        errors.add(String.valueOf(error.getMessage()));
      }
      return new Outcome(List.of(), errors);
    }
    flagErrors(parsed, settings, errors, refused);

    ConfigurationFile file = file(chosenFile, errors);
    boolean whole = command.userObject().getClass().isAnnotationPresent(Configurable.class);
    if (whole) {
      unknownNames(settings, file, errors);
    }
    List<Value> values = new ArrayList<>();
    for (Setting setting : settings) {
      Origin origin = origin(setting, parsed, file);
      if (origin == Origin.DEFAULT && !parsed.errors().isEmpty()) {
        // picocli sets defaults last, and not at all where an error cut it short
        setting.reset();
      }
      try {
        Object value = value(setting, origin, file);
        values.add(new Value(setting, value, origin));
      } catch (InvalidValueException e) {
        // one refused value must not hide what else doesn't fit
        setting.reset();
        if (refused.add(setting.name())) {
          errors.add(origin + ": " + e.getMessage());
        }
      }
    }
    if (command.userObject() instanceof CrossChecked checked) {
      for (InvalidValueException conflict : checked.conflicts()) {
        if (!refused.contains(conflict.field())) {
          errors.add(described(conflict, values));
        }
      }
    }
    return new Outcome(values, errors.stream().distinct().toList());
  }

  /** A refusal, led by where the refused value comes from, if that is known. */
  static String described(InvalidValueException refusal, List<Value> values) {
    return values.stream()
        .filter(value -> value.setting().isCalled(refusal.field()))
        .findFirst()
        .map(value -> value.origin() + ": " + refusal.getMessage())
        .orElse(String.valueOf(refusal.getMessage()));
  }

  private static void flagErrors(
      ParseResult parsed, List<Setting> settings, List<String> errors, Set<String> refused) {
    for (Exception error : parsed.errors()) {
      Setting wrong =
          error instanceof ParameterException parameter
              ? settings.stream()
                  .filter(setting -> setting.option().equals(parameter.getArgSpec()))
                  .findFirst()
                  .orElse(null)
              : null;
      String value = error instanceof ParameterException parameter ? parameter.getValue() : null;
      if (wrong == null || value == null) {
        errors.add(String.valueOf(error.getMessage()));
      } else {
        errors.add(wrong.flag() + ": " + wrong.refuse(value).getMessage());
      }
      if (wrong != null) {
        refused.add(wrong.name());
      }
    }
  }

  private @Nullable ConfigurationFile file(@Nullable Path chosen, List<String> errors) {
    Path path = chosen;
    if (path == null && said(FILE_VARIABLE)) {
      path = Path.of(environment.get(FILE_VARIABLE));
    }
    if (path == null) {
      path = standardFile();
      if (!Files.exists(path)) {
        return null;
      }
    }
    ConfigurationFile file = ConfigurationFile.read(path);
    errors.addAll(file.errors());
    return file;
  }

  private Path standardFile() {
    String base = environment.get("XDG_CONFIG_HOME");
    return (base == null || base.isBlank() ? home.resolve(".config") : Path.of(base))
        .resolve("splitgym")
        .resolve("splitgym.yaml");
  }

  private void unknownNames(
      List<Setting> settings, @Nullable ConfigurationFile file, List<String> errors) {
    List<String> variables = settings.stream().map(Setting::variable).toList();
    for (String variable : new TreeSet<>(environment.keySet())) {
      if (variable.startsWith(PREFIX)
          && !variables.contains(variable)
          && !OTHERS.contains(variable)
          && !SERVICE_LINK.matcher(variable).matches()) {
        errors.add(variable + ": is not a setting" + nearest(variable, variables));
      }
    }
    if (file != null) {
      List<String> names = settings.stream().map(Setting::name).toList();
      file.entries()
          .forEach(
              (name, entry) -> {
                if (!names.contains(name)) {
                  errors.add(
                      new Origin.FileLine(file.path(), entry.line())
                          + ": "
                          + name
                          + " is not a setting"
                          + nearest(name, names));
                }
              });
    }
  }

  private Origin origin(Setting setting, ParseResult parsed, @Nullable ConfigurationFile file) {
    if (parsed.hasMatchedOption(setting.option())) {
      return new Origin.Flag(setting.flag());
    }
    if (said(setting.variable())) {
      return new Origin.Variable(setting.variable());
    }
    ConfigurationFile.Entry entry = file == null ? null : file.entries().get(setting.name());
    return entry == null || file == null
        ? Origin.DEFAULT
        : new Origin.FileLine(file.path(), entry.line());
  }

  private @Nullable Object value(Setting setting, Origin origin, @Nullable ConfigurationFile file) {
    if (origin instanceof Origin.Variable variable) {
      String text = environment.getOrDefault(variable.name(), "");
      List<String> texts = setting.multiple() ? Arrays.asList(text.split(",")) : List.of(text);
      setting.option().setValue(setting.read(texts, Path.of("")));
    } else if (origin instanceof Origin.FileLine line && file != null) {
      ConfigurationFile.Entry entry = file.entries().get(setting.name());
      if (entry != null && (setting.multiple() || !entry.texts().isEmpty())) {
        Path folder = line.file().toAbsolutePath().normalize().getParent();
        setting
            .option()
            .setValue(setting.read(entry.texts(), folder == null ? Path.of("/") : folder));
      }
    } else {
      setting.check(setting.option().getValue());
    }
    return setting.option().getValue();
  }

  /** Empty counts as not set: that is how many tools clear a variable. */
  private boolean said(String variable) {
    return !environment.getOrDefault(variable, "").isEmpty();
  }

  private static String nearest(String wrong, List<String> names) {
    Map<String, Integer> distances = new LinkedHashMap<>();
    names.forEach(name -> distances.put(name, distance(wrong, name)));
    return distances.entrySet().stream()
        .min(Map.Entry.comparingByValue())
        .filter(entry -> entry.getValue() <= NEAR)
        .map(entry -> "; did you mean " + entry.getKey() + "?")
        .orElse("; splitgym serve --help lists them");
  }

  /** Levenshtein's: the fewest characters to insert, delete or replace. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
