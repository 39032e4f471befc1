package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.cli.configuration.SettingsTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Settings by flag, variable and file, as {@code serve --print-config} tells of them. */
class ConfigurationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void keepThisMachinesFilesOut() {
    environment.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
  }

  @Test
  void nothingSaidIsAllDefaults() throws IOException {
    JsonNode settings = effective();
    assertThat(origin(settings, "port")).isEqualTo("default");
    assertThat(value(settings, "port").asInt()).isEqualTo(8642);
    assertThat(value(settings, "token").isNull()).isTrue();
  }

  @Test
  void flagGoesBeforeVariableBeforeFileBeforeDefault() throws IOException {
    Path file = write("lab.yaml", "port: 1\nmax-sessions: 2\nidle-minutes: 3\n");
    environment.put("SPLITGYM_PORT", "10");
    environment.put("SPLITGYM_MAX_SESSIONS", "20");
    JsonNode settings = effective("--config", file.toString(), "--port", "100");
    assertThat(value(settings, "port").asInt()).isEqualTo(100);
    assertThat(origin(settings, "port")).isEqualTo("--port");
    assertThat(value(settings, "max-sessions").asInt()).isEqualTo(20);
    assertThat(origin(settings, "max-sessions")).isEqualTo("SPLITGYM_MAX_SESSIONS");
    assertThat(value(settings, "idle-minutes").asInt()).isEqualTo(3);
    assertThat(origin(settings, "idle-minutes")).isEqualTo(file + ":3");
    assertThat(origin(settings, "host")).isEqualTo("default");
  }

  @Test
  void fileInTheConfigurationFolderIsFoundByItself() throws IOException {
    write("config/splitgym/splitgym.yaml", "# ours\n\nport: 77\n");
    JsonNode settings = effective();
    assertThat(value(settings, "port").asInt()).isEqualTo(77);
    assertThat(origin(settings, "port")).endsWith("splitgym.yaml:3");
  }

  @Test
  void variableNamesTheFileUnlessTheFlagDoes() throws IOException {
    environment.put("SPLITGYM_CONFIG", write("one.yaml", "port: 1").toString());
    assertThat(value(effective(), "port").asInt()).isEqualTo(1);
    Path two = write("two.yaml", "port: 2");
    assertThat(value(effective("--config", two.toString()), "port").asInt()).isEqualTo(2);
  }

  @Test
  void listsComeFromAnywhere() throws IOException {
    Path file = write("lists/lab.yaml", "surrogate: [a.safetensors, /b.safetensors]\n");
    assertThat(value(effective("--config", file.toString()), "surrogate"))
        .extracting(JsonNode::asText)
        .containsExactly(folder.resolve("lists/a.safetensors").toString(), "/b.safetensors");
    environment.put("SPLITGYM_SURROGATE", "/c,/d");
    assertThat(value(effective("--config", file.toString()), "surrogate"))
        .extracting(JsonNode::asText)
        .containsExactly("/c", "/d");
  }

  @Test
  void namedModelsComeFromAnywhereAndPathsInAFileStartBesideIt() throws IOException {
    Path file = write("lists/lab.yaml", "llm: [mine=a.gguf, yours=/b]\n");
    assertThat(value(effective("--config", file.toString()), "llm"))
        .extracting(JsonNode::asText)
        .containsExactly("mine=" + folder.resolve("lists/a.gguf"), "yours=/b");
    environment.put("SPLITGYM_LLM", "mine=/c,hers=/d=e");
    assertThat(value(effective("--config", file.toString()), "llm"))
        .extracting(JsonNode::asText)
        .containsExactly("mine=/c", "hers=/d=e");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--llm mine | must be NAME=PATH",
        "--llm a/b=c | must be NAME=PATH",
        "--llm smollm2-135m=/x | must be of a name that no other model has",
        "--llm a=/x --llm a=/y | must be of a name that no other model has",
      })
  void aNameThatIsNoneOrNotFreeIsRefused(String flags, String message) {
    List<String> arguments = new ArrayList<>(List.of("serve", "--print-config"));
    arguments.addAll(List.of(flags.split(" ")));
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).contains("--llm", message);
  }

  @Test
  void emptyVariableIsNotSet() throws IOException {
    environment.put("SPLITGYM_PORT", "");
    assertThat(origin(effective(), "port")).isEqualTo("default");
  }

  @Test
  void allThatIsWrongIsSaidAtOnceWithItsOrigin() throws IOException {
    Path file =
        write("lab.yaml", "host: 0.0.0.0\nidle-minutes: 0\nprot: 1\nmodels: {a: b}\ndata:\n");
    environment.put("SPLITGYM_MAX_SESSIONS", "many");
    environment.put("SPLITGYM_TOKN", "x");
    assertThat(run("serve", "--config", file.toString(), "--port", "70000")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactlyInAnyOrder(
            "splitgym: 8 settings are wrong",
            "  " + file + ":4: models must be a value or a list of values",
            "  " + file + ":5: data has no value",
            "  SPLITGYM_TOKN: is not a setting; did you mean SPLITGYM_TOKEN?",
            "  " + file + ":3: prot is not a setting; did you mean port?",
            "  --port: port is 70000, must be an integer in [0, 65535]",
            "  SPLITGYM_MAX_SESSIONS: max-sessions is many, must be an integer in [1, 2147483647]",
            "  " + file + ":2: idle-minutes is 0, must be an integer in [1, 1000000]",
            "  "
                + file
                + ":1: host is 0.0.0.0, must be a loopback address, or come with a token that"
                + " callers must send");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void wrongFlagsAreAllNamed() {
    assertThat(run("serve", "--port", "x", "--max-sessions", "y")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--port: port is x, must be an integer in [0, 65535]")
        .contains("--max-sessions: max-sessions is y, must be an integer");
  }

  /** And nothing else: an option that was given twice, or without its value, is the only fault. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 1 --port 2 | option '--port' (N) should be specified only once",
        "--port 1 --port 2 --port 3 | option '--port' (N) should be specified only once",
        "--port=1 --threads 9 --port=2 | option '--port' (N) should be specified only once",
        "--threads | Missing required parameter for option '--threads' (N)",
      })
  void aFlagGivenWronglyIsNotBlamedOnTheOthers(String flags, String refusal) {
    assertThat(run(("serve " + flags).split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(refusal).doesNotContain("settings are wrong");
    assertThat(err.toString().lines().filter(line -> line.contains("--port' (N)")))
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void aFlagGivenTwiceIsNamedBesideAllElseThatIsWrong() throws IOException {
    Path file = write("lab.yaml", "host: 0.0.0.0\nidle-minutes: 1\nidle-minutes: 2\n");
    environment.put("SPLITGYM_MAX_SESSIONS", "many");
    assertThat(run("serve", "--config", file.toString(), "--port", "1", "--port", "2"))
        .isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactlyInAnyOrder(
            "splitgym: 4 settings are wrong",
            "  option '--port' (N) should be specified only once",
            "  " + file + ":3: idle-minutes was set in line 2 already",
            "  SPLITGYM_MAX_SESSIONS: max-sessions is many, must be an integer in [1, 2147483647]",
            "  "
                + file
                + ":1: host is 0.0.0.0, must be a loopback address, or come with a token that"
                + " callers must send");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: [1, 2] | lab.yaml:1: port is a list, must be an integer in [0, 65535]",
        "port: 1.5 | lab.yaml:1: port is 1.5, must be an integer in [0, 65535]",
        "'port: 1\\nport: 2' | lab.yaml:2: ",
        "'port: [1' | lab.yaml:1: is not YAML",
        "just words | lab.yaml:1: must be names and values, such as port: 8642",
        "'port: 1\\n---\\nport: 2' | lab.yaml:3: must be the only YAML document",
      })
  void fileThatSaysNothingUsableIsRefusedByLine(String yaml, String refusal) throws IOException {
    Path file = write("lab.yaml", yaml.replace("\\n", "\n"));
    assertThat(run("serve", "--config", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(refusal);
  }

  @Test
  void missingFileIsAnError() {
    assertThat(run("serve", "--config", folder.resolve("none.yaml").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.yaml can't be read");
  }

  @Test
  void overriddenValueIsNotLookedAt() throws IOException {
    environment.put("SPLITGYM_PORT", "tcp://10.0.0.1:80");
    environment.put("SPLITGYM_SERVICE_HOST", "10.0.0.1");
    environment.put("SPLITGYM_PORT_80_TCP", "tcp://10.0.0.1:80");
    assertThat(value(effective("--port", "5"), "port").asInt()).isEqualTo(5);
  }

  @Test
  void secretIsNeverPrinted() {
    environment.put("SPLITGYM_TOKEN", "abracadabra");
    assertThat(run("serve", "--print-config")).isZero();
    assertThat(run("serve", "--print-config", "--json")).isZero();
    environment.put("SPLITGYM_TOKEN", "abra cadabra");
    assertThat(run("serve", "--print-config")).isEqualTo(2);
    assertThat(out.toString()).contains("(hidden)  # SPLITGYM_TOKEN").doesNotContain("cadabra");
    assertThat(err.toString())
        .contains("SPLITGYM_TOKEN: token is (hidden), must be visible ASCII")
        .doesNotContain("cadabra");
  }

  @Test
  void printedConfigurationIsAConfigurationFile() throws IOException {
    assertThat(run("serve", "--print-config", "--port", "9", "--surrogate", "/a b")).isZero();
    Path file = write("printed.yaml", out.toString());
    out.getBuffer().setLength(0);
    JsonNode settings = effective("--config", file.toString());
    assertThat(value(settings, "port").asInt()).isEqualTo(9);
    assertThat(value(settings, "surrogate").path(0).asText()).isEqualTo("/a b");
    assertThat(origin(settings, "idle-minutes")).startsWith(file + ":");
  }

  @Test
  void otherCommandsTakeWhatTheyShare() throws IOException {
    // Which variables and keys serve has, they don't judge.
    Path file = write("lab.yaml", "models: elsewhere\nport: none\nwhat: ever\n");
    assertThat(run("model", "list", "--json", "--config", file.toString())).isZero();
    assertThat(run("model", "list", "--config", write("bad.yaml", "models: [").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("bad.yaml:1: is not YAML");
  }

  @Test
  void everyOptionOfServeIsASetting() {
    CommandLine serve = serve();
    String table = SettingsTable.of(serve.getCommandSpec());
    Set<String> others = new TreeSet<>(Set.of("--json", "--help", "--version"));
    others.addAll(Set.of("--config", "--print-config"));
    assertThat(serve.getCommandSpec().options())
        .extracting(OptionSpec::longestName)
        .filteredOn(name -> !others.contains(name))
        .isNotEmpty()
        .allSatisfy(name -> assertThat(table).contains("| `" + name.substring(2) + "` |"));
  }

  @Test
  void documentationListsEverySetting() throws IOException {
    Path page = Path.of("..", "docs", "configuration.md");
    String start = "<!-- settings -->\n";
    String end = "<!-- end of settings -->";
    String document = Files.readString(page);
    int from = document.indexOf(start) + start.length();
    int to = document.indexOf(end);
    String expected = SettingsTable.of(serve().getCommandSpec());
    if (Boolean.getBoolean("writeDocs")) {
      Files.writeString(page, document.substring(0, from) + expected + document.substring(to));
      return;
    }
    assertThat(document.substring(from, to))
        .as("the table in docs/configuration.md, which -DwriteDocs=true on this test rewrites")
        .isEqualTo(expected);
  }

  private JsonNode effective(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("serve", "--print-config", "--json"));
    all.addAll(List.of(arguments));
    out.getBuffer().setLength(0);
    int code = run(all.toArray(String[]::new));
    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    return JSON.readTree(out.toString()).get("settings");
  }

  private int run(String... arguments) {
    return line(arguments).execute(arguments);
  }

  private CommandLine serve() {
    return Objects.requireNonNull(line("serve").getSubcommands().get("serve"));
  }

  private CommandLine line(String... arguments) {
    CommandLine line = Main.commandLine(environment, arguments);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line;
  }

  private static JsonNode value(JsonNode settings, String name) {
    return named(settings, name).get("value");
  }

  private static String origin(JsonNode settings, String name) {
    return named(settings, name).get("origin").asText();
  }

  private static JsonNode named(JsonNode settings, String name) {
    for (JsonNode setting : settings) {
      if (setting.get("name").asText().equals(name)) {
        return setting;
      }
    }
    throw new AssertionError(name + " is not among " + settings);
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
