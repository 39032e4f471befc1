package io.splitgym.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.backend.ServedModels;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.environment.Environment;
import io.splitgym.environment.Moves;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.Preset;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The pages in docs/environments. Their tables are made here, of the program itself;
 * -DwriteDocs=true writes them, otherwise the pages must have them as they are. What changes them
 * for a fixed seed and fixed actions makes another version of the environment, as the pages say.
 */
class EnvironmentPagesTest {
  private static final Path PAGES = Path.of("..", "docs", "environments");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern BOX = Pattern.compile("`Box\\(\\[([^]]*)], \\[([^]]*)]");

  @TempDir private static Path folder;

  @ParameterizedTest
  @EnumSource(Preset.class)
  void pageHasTheTablesOfTheProgram(Preset preset) throws IOException {
    Path page = PAGES.resolve(preset.id() + ".md");
    SurrogateModel model = ShippedSurrogates.load(preset.channel());
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(preset, Map.of(), model.layers());
    String document = Files.readString(page);
    document = with(document, "summary", summary(preset, model, parameters));
    document = with(document, "actions", actions(parameters));
    document = with(document, "observations", observations(model, parameters));
    document = with(document, "start", start(parameters));
    document = with(document, "end", end(parameters));
    document = with(document, "arguments", arguments(preset));
    document = with(document, "model", model(preset, model, parameters));
    if (Boolean.getBoolean("writeDocs")) {
      Files.writeString(page, document);
      return;
    }
    assertThat(Files.readString(page))
        .as("%s, whose tables -DwriteDocs=true on this test rewrites", page)
        .isEqualTo(document);
  }

  /** What whoever makes the environment is told of it, held against what the page says in words. */
  @ParameterizedTest
  @EnumSource(Preset.class)
  void pageSaysOfSpacesAndArgumentsWhatIsMade(Preset preset) throws IOException {
    String page = Files.readString(PAGES.resolve(preset.id() + ".md"));
    try (ServedModels models = models()) {
      EnvironmentRegistry registry =
          new EnvironmentRegistry(List.of(new SplitInferenceSpec(models)));
      CreatedEnvironment made =
          registry.create(
              new EnvironmentRequest(SplitInferenceSpec.ID, null, preset.id(), 1L, Map.of()));
      try (Environment environment = made.environment()) {
        Box box = (Box) environment.observationSpace();
        Matcher shown = BOX.matcher(page);
        assertThat(shown.find()).isTrue();
        assertThat(floats(shown.group(1))).containsExactly(box.low());
        assertThat(floats(shown.group(2))).containsExactly(box.high());
        assertThat(page).contains("`Discrete(" + ((Discrete) environment.actionSpace()).n() + ")`");

        ResetResult start = environment.reset(0L, Map.of());
        assertThat(box.contains(start.observation())).isTrue();
        int steps = 0;
        StepResult step;
        do {
          step = environment.step(new DiscreteElement(0));
          assertThat(box.contains(step.observation())).isTrue();
          steps++;
        } while (!step.done());
        assertThat(page)
            .contains("| steps of an episode | " + steps + " |")
            .contains("| then | `" + (step.terminated() ? "terminated" : "truncated") + "` |");
      }
      made.parameters()
          .forEach((name, value) -> assertThat(page).as(name).contains("\n| `" + name + "` | "));
    }
  }

  private static float[] floats(String list) {
    String[] parts = list.split(", ");
    float[] values = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Float.parseFloat(parts[i]);
    }
    return values;
  }

  @Test
  void indexListsEveryPage() throws IOException {
    String index = Files.readString(PAGES.resolve("README.md"));
    for (Preset preset : Preset.values()) {
      assertThat(index).contains("(" + preset.id() + ".md)");
    }
  }

  private static String with(String page, String name, String content) {
    String start = "<!-- " + name + " -->\n";
    String end = "<!-- end of " + name + " -->";
    assertThat(page).contains(start, end);
    return page.substring(0, page.indexOf(start) + start.length())
        + content
        + page.substring(page.indexOf(end));
  }

  private static String summary(
      Preset preset, SurrogateModel model, SplitInferenceParameters parameters) {
    Box observations = environment(model, parameters).observationSpace();
    return table("", "")
        + row("action space", "`Discrete(" + parameters.actions().actions() + ")`")
        + row(
            "observation space",
            "`Box("
                + numbers(observations.low())
                + ", "
                + numbers(observations.high())
                + ", ("
                + observations.size()
                + ",), float32)`")
        + row("reward", "`" + parameters.reward().kind() + "`")
        + row("channel", "`" + preset.channel() + "`, " + parameters.dynamics().kind())
        + row(
            "import",
            "`gymnasium.make(\"splitgym/SplitInference-v0\", preset=\"" + preset.id() + "\")`");
  }

  private static String actions(SplitInferenceParameters parameters) {
    StringBuilder text = new StringBuilder(table("action", "moves the split by"));
    Moves moves = (Moves) parameters.actions();
    for (int action = 0; action < moves.actions(); action++) {
      int layers = moves.delta(action);
      text.append(
          row(
              Integer.toString(action),
              layers == 0
                  ? "0: stays"
                  : String.format(
                      Locale.ROOT,
                      "%+d: %s the input",
                      layers,
                      layers < 0 ? "towards" : "away from")));
    }
    return text.toString();
  }

  private static String observations(SurrogateModel model, SplitInferenceParameters parameters) {
    Box space = environment(model, parameters).observationSpace();
    StringBuilder text = new StringBuilder(table("index", "observation", "low", "high", "meaning"));
    var named = new SplitInferenceSpec(new AnalyticModels()).observation();
    for (int i = 0; i < space.size(); i++) {
      text.append(
          row(
              Integer.toString(i),
              "`" + space.names().get(i) + "`",
              number(space.low()[i]),
              number(space.high()[i]),
              named.get(i).description()));
    }
    return text.toString();
  }

  private static String start(SplitInferenceParameters parameters) {
    ChannelRanges ranges = parameters.ranges();
    return table("", "drawn uniformly from")
        + row("`sigma`", range(ranges.sigma()))
        + row("`m`", range(ranges.m()))
        + row("`p`", integers(parameters.starts()));
  }

  private static String end(SplitInferenceParameters parameters) {
    return table("", "")
        + row("steps of an episode", Integer.toString(parameters.episodeSteps()))
        + row("then", "`" + parameters.endsAs().text() + "`")
        + row("splits that can be reached", integers(parameters.splits()));
  }

  private static String arguments(Preset preset) throws JsonProcessingException {
    StringBuilder text = new StringBuilder(table("argument", "default", "allowed", "meaning"));
    try (ServedModels models = models()) {
      SplitInferenceSpec spec = new SplitInferenceSpec(models);
      text.append(argument("backend", "\"surrogate\"", names(spec), "What answers the steps."));
      text.append(
          row(
              "`seed`",
              "drawn",
              "an integer of at least 0",
              "What the environment draws from until a reset has a seed of its own."));
      Map<String, ParameterDescription> ofPreset = new HashMap<>();
      for (ParameterDescription one : SplitInferenceParameters.descriptions(preset)) {
        ofPreset.put(one.name(), one);
      }
      for (ParameterDescription one : spec.parameters()) {
        ParameterDescription here = ofPreset.getOrDefault(one.name(), one);
        Object value = one.name().equals("channel") ? preset.channel() : here.defaultValue();
        boolean formula = value instanceof String && !here.type().equals("string");
        text.append(
            formula
                ? row("`" + here.name() + "`", value.toString(), here.allowed(), here.meaning())
                : argument(
                    here.name(), JSON.writeValueAsString(value), here.allowed(), here.meaning()));
      }
    }
    return text.toString();
  }

  private static String argument(String name, String value, String allowed, String meaning) {
    return row("`" + name + "`", "`" + value + "`", allowed, meaning);
  }

  private static String names(SplitInferenceSpec spec) {
    return "one of "
        + String.join(", ", spec.backends().stream().map(EnvironmentSpec.Named::name).toList());
  }

  /** The shipped surrogates, and no LLM. */
  private static ServedModels models() {
    return new ServedModels(
        (models, model, precision) -> {
          throw new IllegalStateException("no LLM is asked");
        },
        ModelStore.open(Catalogue.standard(), folder, Map.of(), folder),
        folder,
        folder.resolve("measurements.sqlite"),
        List.of(),
        ServedModels.DEFAULT_SETTINGS,
        () -> Precision.F32);
  }

  private static String model(
      Preset preset, SurrogateModel model, SplitInferenceParameters parameters) {
    var provenance = model.provenance();
    return table("", "")
        + row("model", provenance.model() + ", L = " + provenance.layers())
        + row("channel", provenance.channel().description())
        + row("ln PPL without a channel", number((float) model.cleanLogPerplexity()))
        + row("measurements (SHA-256)", "`" + provenance.dataHash() + "`")
        + row("first episode of seed 0", "`" + firstEpisode(model, parameters) + "`")
        + row("surrogate's errors", preset.channel() + ": " + provenance.errors());
  }

  /** What an unintended change of a version would change: a start, and the rewards that follow. */
  private static String firstEpisode(SurrogateModel model, SplitInferenceParameters parameters) {
    SplitInferenceEnvironment environment = environment(model, parameters);
    StringJoiner shown = new StringJoiner(", ", "rewards ", "");
    environment.reset(0L, Map.of());
    for (int step = 0; step < Math.min(4, parameters.episodeSteps()); step++) {
      int action = step % parameters.actions().actions();
      shown.add(
          String.format(
              Locale.ROOT, "%.4f", environment.step(new DiscreteElement(action)).reward()));
    }
    return shown + " of the actions 0, 1, 2, 3";
  }

  private static SplitInferenceEnvironment environment(
      SurrogateModel model, SplitInferenceParameters parameters) {
    return new SplitInferenceEnvironment(model, "surrogate", parameters, RandomStream.ofSeed(0));
  }

  private static String table(String... heading) {
    return row(heading) + "|---".repeat(heading.length) + "|\n";
  }

  private static String row(String... cells) {
    StringJoiner row = new StringJoiner(" | ", "| ", " |\n");
    for (String cell : cells) {
      row.add(cell.replace("|", "\\|"));
    }
    return row.toString();
  }

  private static String range(Range range) {
    return range.low() == range.high() ? number((float) range.low()) + " alone" : range.toString();
  }

  private static String integers(SplitRange range) {
    return range.min() + " to " + range.max();
  }

  private static String numbers(float[] values) {
    StringJoiner all = new StringJoiner(", ", "[", "]");
    for (float value : values) {
      all.add(number(value));
    }
    return all.toString();
  }

  private static String number(float value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Float.toString(value);
  }
}
