package io.splitgym.cli.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.splitgym.validation.InvalidValueException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** Runs a command once its settings are found, checked and set; exit code 2 if they are wrong. */
public final class ConfiguredExecution implements IExecutionStrategy {
  private static final int WRONG_USE = 2;

  private final Configuration configuration;
  private List<Configuration.Value> values = List.of();

  private ConfiguredExecution(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Makes a command line run so.
   *
   * @param line complete, with all of its subcommands
   * @param environment variables by name
   * @param home where the standard configuration folder is, unless the environment says
   */
  public static ConfiguredExecution install(
      CommandLine line, Map<String, String> environment, Path home) {
    ConfiguredExecution execution = new ConfiguredExecution(new Configuration(environment, home));
    collectErrors(line);
    line.setExecutionStrategy(execution);
    return execution;
  }

  /** A refusal by the command itself, led by where the refused value comes from, if known. */
  public String described(InvalidValueException refusal) {
    return Configuration.described(refusal, values);
  }

  @Override
  public int execute(ParseResult parsed) {
    List<ParseResult> chain = new ArrayList<>(List.of(parsed));
    while (chain.get(chain.size() - 1).hasSubcommand()) {
      chain.add(chain.get(chain.size() - 1).subcommand());
    }
    if (chain.stream().anyMatch(ParseResult::isUsageHelpRequested)
        || chain.stream().anyMatch(ParseResult::isVersionHelpRequested)) {
      return new RunLast().execute(parsed);
    }
    for (ParseResult outer : chain.subList(0, chain.size() - 1)) {
      if (!outer.errors().isEmpty()) {
        throw asParameterException(outer);
      }
    }
    ParseResult last = chain.get(chain.size() - 1);
    Configuration.Outcome outcome = configuration.apply(last, file(chain));
    values = outcome.values();
    if (!outcome.errors().isEmpty()) {
      if (outcome.errors().size() == 1 && last.errors().size() == 1) {
        // the usual message, with the usual help
        throw asParameterException(last);
      }
      return refuse(last.commandSpec().commandLine(), outcome.errors());
    }
    if (last.hasMatchedOption(PrintConfigOption.FLAG)) {
      print(last, outcome.values());
      return 0;
    }
    return new RunLast().execute(parsed);
  }

  private static void collectErrors(CommandLine line) {
    line.getCommandSpec().parser().collectErrors(true);
    line.getSubcommands().values().forEach(ConfiguredExecution::collectErrors);
  }

  private static ParameterException asParameterException(ParseResult parsed) {
    Exception error = parsed.errors().get(0);
    return error instanceof ParameterException known
        ? known
        : new ParameterException(
            parsed.commandSpec().commandLine(), String.valueOf(error.getMessage()), error);
  }

  private static @Nullable Path file(List<ParseResult> chain) {
    Path chosen = null;
    for (ParseResult part : chain) {
      Path here = part.matchedOptionValue(Configuration.FILE_FLAG, (Path) null);
      chosen = here != null ? here : chosen;
    }
    return chosen;
  }

  private static int refuse(CommandLine command, List<String> errors) {
    PrintWriter err = command.getErr();
    err.println(
        "splitgym: "
            + (errors.size() == 1 ? "1 setting is" : errors.size() + " settings are")
            + " wrong");
    errors.forEach(error -> err.println("  " + error));
    err.flush();
    return WRONG_USE;
  }

  private static void print(ParseResult parsed, List<Configuration.Value> values) {
    PrintWriter out = parsed.commandSpec().commandLine().getOut();
    if (parsed.matchedOptionValue("--json", false)) {
      out.println(document(values));
    } else {
      values.forEach(value -> out.println(line(value)));
    }
    out.flush();
  }

  /** As a line of a configuration file; what can't be one is behind a number sign. */
  private static String line(Configuration.Value value) {
    String origin = "  # " + value.origin();
    Object shown = shown(value);
    if (shown == null) {
      return "# " + value.setting().name() + ": not set" + origin;
    }
    if (value.setting().secret()) {
      return "# " + value.setting().name() + ": " + shown + origin;
    }
    return value.setting().name() + ": " + json(shown, false) + origin;
  }

  private static String document(List<Configuration.Value> values) {
    List<Map<String, @Nullable Object>> settings = new ArrayList<>();
    for (Configuration.Value value : values) {
      Map<String, @Nullable Object> setting = new LinkedHashMap<>();
      setting.put("name", value.setting().name());
      setting.put("value", shown(value));
      setting.put("origin", value.origin().toString());
      settings.add(setting);
    }
    return json(Map.of("settings", settings), true);
  }

  private static @Nullable Object shown(Configuration.Value value) {
    Object raw = value.value();
    if (raw == null) {
      return null;
    }
    if (value.setting().secret()) {
      return "(hidden)";
    }
    if (raw instanceof Collection<?> several) {
      return several.stream().map(ConfiguredExecution::plain).toList();
    }
    return plain(raw);
  }

  private static Object plain(Object value) {
    return value instanceof Number || value instanceof Boolean ? value : value.toString();
  }

  /** JSON's scalars and lists are YAML too. */
  private static String json(Object value, boolean indented) {
    try {
      return new ObjectMapper()
          .configure(SerializationFeature.INDENT_OUTPUT, indented)
          .writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a setting has no JSON form: " + value, e);
    }
  }
}
