package io.splitgym.agents.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.policy.LearnedPolicy;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.cli.CommandFailedException;
import io.splitgym.cli.GivenFile;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.validation.InvalidValueException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves a saved policy, line by line. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = {
      "Serves a policy that train --save kept: reads an observation from each line of standard"
          + " input and answers each with a line, at once, until the input ends.",
      "",
      "An observation is a JSON list, such as [0.2, 1.0, 5], or an object, such as {\"sigma\": 0.2,"
          + " \"m\": 1.0, \"p\": 5}. The answer is {\"action\": A, \"probabilities\": [...]}, A"
          + " being the most probable action; a line that isn't an observation is answered with"
          + " {\"error\": ...}."
    })
final class PolicyCommand implements Callable<Integer> {
  private static final int LONGEST_LINE = 65_536;
  private static final int LARGEST_FILE = 1 << 28;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final InputStream in;

  @Spec private @Nullable CommandSpec command;

  @Parameters(paramLabel = "FILE", description = "The policy, a safetensors file.")
  private Path file = Path.of("");

  @Option(
      names = "--about",
      description = "Print what the policy is, as one JSON document, and read nothing.")
  private boolean about;

  PolicyCommand() {
    this(System.in);
  }

  PolicyCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    if (command == null) {
      throw new IllegalStateException("picocli gives every command its specification");
    }
    PrintWriter out = command.commandLine().getOut();
    String policy = "the file of a policy that train --save wrote";
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE) {
      throw new InvalidValueException("FILE", file, policy);
    }
    PolicyFile saved =
        GivenFile.read("FILE", file, policy, there -> PolicyFile.read(Files.readAllBytes(there)));
    if (about) {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description(saved)));
      return 0;
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = line(lines); line != null; line = line(lines)) {
      if (!line.isBlank()) {
        out.println(JSON.writeValueAsString(answer(saved.policy(), line)));
        out.flush();
        if (out.checkError()) {
          throw new CommandFailedException("nobody reads the answers any more");
        }
      }
    }
    return 0;
  }

  private static Map<String, Object> description(PolicyFile saved) {
    Box space = saved.policy().scaling().space();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("agent", saved.policy().name());
    document.put("actions", saved.policy().network().outputs());
    Map<String, Object> observation = new LinkedHashMap<>();
    observation.put("names", space.names());
    observation.put("low", space.low());
    observation.put("high", space.high());
    document.put("observation", observation);
    Map<String, Object> origin = new LinkedHashMap<>();
    saved.about().forEach((name, text) -> origin.put(name, told(text)));
    document.put("about", origin);
    return document;
  }

  /** JSON objects as such; policies of older versions have records as Java writes them. */
  private static Object told(String text) {
    try {
      JsonNode read = JSON.readTree(text);
      return read.isObject() ? read : text;
    } catch (JacksonException e) {
      return text;
    }
  }

  private static Map<String, Object> answer(LearnedPolicy policy, String line) {
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      BoxElement observation = observation(policy.scaling().space(), line);
      answer.put("action", policy.greedyAction(observation));
      answer.put("probabilities", policy.probabilities(observation));
    } catch (InvalidValueException e) {
      answer.clear();
      answer.put("error", e.getMessage());
    }
    return answer;
  }

  private static BoxElement observation(Box space, String line) {
    List<String> names = space.names();
    String allowed = "a JSON list or object of the numbers " + String.join(", ", names);
    JsonNode given;
    try {
      given = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new InvalidValueException("observation", shortened(line), allowed);
    }
    if (!(given.isArray() || given.isObject()) || given.size() != names.size()) {
      throw new InvalidValueException("observation", shortened(line), allowed);
    }
    float[] values = new float[names.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode value = given.isArray() ? given.path(i) : given.path(names.get(i));
      if (!value.isNumber()) {
        throw new InvalidValueException("observation", shortened(line), allowed);
      }
      values[i] = value.floatValue();
      // as environments do, compares in float32
      if (!(values[i] >= space.low()[i] && values[i] <= space.high()[i])) {
        throw new InvalidValueException(
            names.get(i), value, "in [" + space.low()[i] + ", " + space.high()[i] + "]");
      }
    }
    return new BoxElement(values);
  }

  private static String shortened(String line) {
    int most = 80;
    return line.length() <= most ? line : line.substring(0, most) + "...";
  }

  /** The next line without its end, or null at the input's end. */
  private static @Nullable String line(BufferedReader from) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int read = from.read(); read != '\n'; read = from.read()) {
      if (read < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (line.length() == LONGEST_LINE) {
        throw new CommandFailedException("a line has more than " + LONGEST_LINE + " characters");
      }
      line.append((char) read);
    }
    return line.toString();
  }
}
