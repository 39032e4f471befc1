package io.splitgym.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.AnalyticMeasurements;
import io.splitgym.measurement.MeasurementCsv;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The studies that start from measurements of an LLM, with two seeds and little of all. */
class MeasuredStudiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temporary;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path folder = Path.of("");
  private Path measurements = Path.of("");

  @BeforeEach
  void measure() throws IOException {
    folder = temporary.resolve("study");
    measurements = temporary.resolve("formula.csv");
    Files.writeString(measurements, MeasurementCsv.write(AnalyticMeasurements.of("formula")));
  }

  @Test
  void modelBasedCountsWhatEachArmAskedForAndGivesTheSameBytesOnAnyNumberOfThreads()
      throws IOException {
    String[] arguments = {
      "--measurements=" + measurements,
      "--seeds=2",
      "--steps=64",
      "--episodes=5",
      "--evaluations=2",
      "--fit-steps=30",
      "--budget=24",
      "--first-levels=3",
      "--first-splits=3",
      "--cells-a-round=7",
      "--members=3",
      "--hidden=8",
      "--member-steps=40"
    };
    JsonNode result = study("model-based", with(arguments, "--threads=1")).path("result");
    JsonNode arms = result.path("arms");
    int cells = AnalyticMeasurements.LEVELS.size() * 9 + 1;
    assertThat(result.path("cells").asInt()).isEqualTo(cells);
    assertThat(arms.at("/on the surrogate/llmEvaluations").asInt()).isEqualTo(cells);
    assertThat(arms.at("/on the surrogate/llmSteps").asInt()).isZero();
    assertThat(arms.at("/in the active loop/llmEvaluations").asInt()).isEqualTo(24);
    assertThat(arms.at("/in the active loop/modelSteps").asInt()).isEqualTo(3 * 64);
    assertThat(arms.at("/on the LLM/llmSteps").asInt()).isEqualTo(64);
    assertThat(arms.at("/on the LLM/llmEvaluations").asDouble()).isBetween(5.0, 65.0);
    double optimal = result.at("/exact/optimal").asDouble();
    arms.forEach(arm -> assertThat(arm.at("/return/mean").asDouble()).isLessThan(optimal));

    List<String[]> times = csv("times.csv");
    assertThat(times.get(0)).startsWith("arm", "llmSeconds", "llmSecondsWithoutStore");
    for (String[] row : times.subList(1, times.size())) {
      if (row[0].equals("llm")) {
        // the clean evaluation, and one for each step
        assertThat(Double.parseDouble(row[2]) / AnalyticMeasurements.SECONDS - 1).isIn(32.0, 64.0);
      }
      if (row[0].equals("surrogate")) {
        assertThat(Double.parseDouble(row[1]))
            .isCloseTo(cells * AnalyticMeasurements.SECONDS, within(1e-9));
      }
    }
    for (String name : List.of("evaluations", "time")) {
      assertThat(folder.resolve("model-based-" + name + ".svg")).isNotEmptyFile();
      assertThat(folder.resolve("model-based-" + name + ".png")).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("the active loop scores", "0 of them were measured by this command", "</html>");

    Map<String, String> whole = files();
    Files.delete(folder.resolve("runs/unsure/seed-2.csv"));
    Files.delete(folder.resolve("runs/llm/seed-1.csv"));
    Files.delete(folder.resolve("runs/surrogate/seed-1.csv"));
    study("model-based", with(arguments, "--threads=3"));
    assertThat(files()).isEqualTo(whole);

    assertThat(run("model-based", with(arguments, "--budget=25"))).isEqualTo(2);
    assertThat(err.toString()).contains("a folder without runs of another loop");
  }

  @Test
  void perplexityRisesWithTheNoiseAndFallsWithTheSplit() throws IOException {
    Path other = temporary.resolve("other.csv");
    Files.writeString(other, MeasurementCsv.write(AnalyticMeasurements.of("other")));
    JsonNode result =
        study(
                "perplexity-against-split",
                "--measurements=" + measurements + "," + other,
                "--sigma=0.05,0.2")
            .path("result");
    assertThat(result.path("models")).hasSize(2);
    assertThat(result.at("/findings/0").asText())
        .contains("the most is lost at split 1", "A deeper split bears more");
    List<String[]> splits = csv("splits.csv");
    assertThat(splits).hasSize(1 + 2 * 2 * 9);
    for (int split = 1; split < 9; split++) {
      double quiet = Double.parseDouble(splits.get(split)[4]);
      double loud = Double.parseDouble(splits.get(split + 9)[4]);
      assertThat(splits.get(split)).startsWith("formula", "0.05", "1", "" + split);
      assertThat(loud).isGreaterThan(quiet);
      assertThat(Double.parseDouble(splits.get(split + 1)[4])).isLessThan(quiet);
    }
    for (String name : List.of("formula", "other", "all")) {
      assertThat(folder.resolve("perplexity-against-split-" + name + ".svg")).isNotEmptyFile();
    }
    assertThat(run("perplexity-against-split", "--measurements=" + other + "," + other))
        .isEqualTo(2);
    assertThat(err.toString()).contains("models is [other, other], must be without repetition");
    List<String> rows = Files.readAllLines(other);
    Files.write(other, rows.subList(0, rows.size() - 2));
    assertThat(run("perplexity-against-split", "--measurements=" + other)).isEqualTo(2);
    assertThat(err.toString())
        .contains("measurements of other is of split 9 at 6 levels", "at the same 8");
  }

  @Test
  void surrogatesAreJudgedOnWhatTheyDidNotSee() throws IOException {
    String[] arguments = {
      "--measurements=" + measurements,
      "--seeds=2",
      "--sizes=20,48",
      "--held-out=0.9,0.5",
      "--fit-seeds=1",
      "--fit-steps=30"
    };
    JsonNode result = study("surrogate-quality", with(arguments, "--threads=1")).path("result");
    List<String[]> rows = csv("by-evaluations.csv");
    assertThat(rows.get(0)).startsWith("regressor", "size", "rmse", "rmseLow", "rmseHigh");
    Map<String, Double> errors = new TreeMap<>();
    Map<String, Double> regrets = new TreeMap<>();
    for (String[] row : rows.subList(1, rows.size())) {
      if (row[1].equals("48") || row[0].startsWith("bilinear")) {
        errors.put(row[0], Double.parseDouble(row[2]));
        regrets.put(row[0], Double.parseDouble(row[8]));
      }
    }
    assertThat(errors).hasSize(7);
    // the formula is smooth
    assertThat(errors.get("ensemble of networks"))
        .isLessThan(errors.get("nearest neighbours"))
        .isLessThan(errors.get("linear"));
    assertThat(errors.get("linear")).isLessThan(errors.get("constant"));
    assertThat(regrets.get("ensemble of networks")).isBetween(0.0, 0.2);
    assertThat(csv("by-cells.csv")).hasSize(1 + 2 * 6);
    assertThat(result.path("results")).hasSize(2 * 7 + 2 * 6);
    assertThat(result.at("/settings/threads").isMissingNode()).isTrue();
    for (String name : List.of("evaluations", "decisions", "cells")) {
      assertThat(folder.resolve("surrogate-quality-" + name + ".svg")).isNotEmptyFile();
    }
    Map<String, String> whole = files();
    Files.delete(folder.resolve("runs/by-evaluations/seed-1.csv"));
    study("surrogate-quality", with(arguments, "--threads=2"));
    assertThat(files()).isEqualTo(whole);
    assertThat(run("surrogate-quality", with(arguments, "--sizes=72"))).isEqualTo(2);
    assertThat(err.toString()).contains("sizes is 72, must be in [12, 71]");
  }

  private JsonNode study(String name, String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(run(name, with(arguments, "--json"))).as(err.toString()).isZero();
    return JSON.readTree(out.toString());
  }

  private int run(String name, String... arguments) {
    CommandLine line =
        new CommandLine(
            new StudyCommand(
                (models, data, precision, hiddenStates, surrogates) ->
                    new OpenModels(new FakeModels(), () -> {})));
    line.setOverwrittenOptionsAllowed(true);
    return CommandRun.of(line, out, err, with(new String[] {name, "--out=" + folder}, arguments));
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private List<String[]> csv(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name)).stream()
        .map(line -> line.split(",", -1))
        .toList();
  }

  /** The data files but those of times, by their paths. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(path -> path.toString().matches(".*\\.(csv|json)")).toList()) {
        if (!file.toString().endsWith("times.csv")) {
          files.put(folder.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    return files;
  }
}
