package io.splitgym.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.AnalyticMeasurements;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ActiveCommandTest {
  private static final String LEVELS =
      AnalyticMeasurements.LEVELS.stream().map(String::valueOf).collect(Collectors.joining(","));

  /** Seconds of a measurement: more than any of these tests takes. */
  private static final double SLOW = 3600;

  @TempDir private Path folder;

  private final FormulaLlm llm = new FormulaLlm();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aRunThatIsRepeatedMeasuresNothingAgainAndLearnsTheSame() throws IOException {
    Path policy = folder.resolve("policy.safetensors");
    JsonNode first = active("--budget=20", "--save=" + policy);
    assertThat(llm.evaluations).hasValue(20);
    assertThat(first.path("evaluations").asInt()).isEqualTo(20);
    assertThat(first.path("measuredNow").asInt()).isEqualTo(20);
    assertThat(first.path("rounds")).hasSize(3);
    double counted = 0;
    for (JsonNode round : first.path("rounds")) {
      counted += round.path("fitSeconds").asDouble() + round.path("trainSeconds").asDouble();
    }
    assertThat(first.path("seconds").asDouble()).isGreaterThanOrEqualTo(counted);
    byte[] learned = Files.readAllBytes(policy);
    assertThat(PolicyFile.read(learned).about()).containsEntry("seed", "1");

    JsonNode again = active("--budget=20", "--save=" + policy);
    assertThat(llm.evaluations).hasValue(20);
    assertThat(again.path("measuredNow").asInt()).isZero();
    assertThat(again.at("/rounds/2/measured")).isEqualTo(first.at("/rounds/2/measured"));
    assertThat(Files.readAllBytes(policy)).isEqualTo(learned);

    active("--budget=26");
    assertThat(llm.evaluations).hasValue(26);
  }

  @Test
  void wallTimeHasWhatFoundCellsTookWhenTheyWereMeasured() throws IOException {
    Measurements whole = AnalyticMeasurements.of("formula");
    Path store = Files.createDirectories(folder.resolve("data")).resolve("measurements.sqlite");
    try (MeasurementStore measured = MeasurementStore.open(store)) {
      measured.add(slow(whole.clean()));
      whole.noisy().forEach(one -> measured.add(slow(one)));
    }
    JsonNode document = active("--budget=20");
    assertThat(llm.evaluations).hasValue(0);
    assertThat(document.path("llmSeconds").asDouble()).isEqualTo(20 * SLOW);
    double before = 0;
    double fitted = 0;
    for (JsonNode round : document.path("rounds")) {
      fitted += round.path("fitSeconds").asDouble() + round.path("trainSeconds").asDouble();
      double seconds = round.path("seconds").asDouble();
      assertThat(seconds)
          .isGreaterThan(before)
          .isGreaterThanOrEqualTo(round.path("llmSeconds").asDouble() + fitted);
      before = seconds;
    }
    assertThat(document.path("seconds").asDouble()).isBetween(before, before + SLOW);
  }

  private static Measurement slow(Measurement one) {
    return new Measurement(one.key(), one.losses(), SLOW);
  }

  @Test
  void aRunThatIsBrokenOffLeavesTheLastWholeRoundsPolicy() throws IOException {
    Path policy = folder.resolve("policy.safetensors");
    active("--budget=16", "--save=" + policy);
    byte[] ofTwoRounds = Files.readAllBytes(policy);
    Files.delete(policy);
    // the third round would need four more
    llm.patience.set(2);
    assertThat(run("--budget=20", "--save=" + policy)).isEqualTo(1);
    assertThat(llm.evaluations).hasValue(18);
    assertThat(Files.readAllBytes(policy)).isEqualTo(ofTwoRounds);
  }

  @Test
  void aBudgetThatIsTooSmallIsRefusedBeforeAnythingIsMeasured() {
    assertThat(run("--budget=9")).isEqualTo(2);
    assertThat(err.toString()).contains("budget is 9, must be at least 10");
    assertThat(llm.evaluations).hasValue(0);
  }

  @Test
  void aStudyOfPerplexityMeasuresEveryCellOnce() {
    Path study = folder.resolve("study");
    String[] arguments = {
      "--model=formula",
      "--levels=" + LEVELS,
      "--data=" + folder.resolve("data"),
      "--out=" + study,
      "--sigma=0.1"
    };
    CommandLine line =
        new CommandLine(new PerplexityStudyCommand(llm)).setOut(new PrintWriter(out, true));
    assertThat(line.execute(arguments)).isZero();
    int cells = 9 * AnalyticMeasurements.LEVELS.size() + 1;
    assertThat(llm.evaluations).hasValue(cells);
    assertThat(study.resolve("report.html")).isNotEmptyFile();
    assertThat(
            new CommandLine(new PerplexityStudyCommand(llm))
                .setOut(new PrintWriter(out, true))
                .execute(arguments))
        .isZero();
    assertThat(llm.evaluations).hasValue(cells);
  }

  private JsonNode active(String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(run(arguments)).as(err.toString()).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  private int run(String... arguments) {
    String[] usual = {
      "--model=formula",
      "--levels=" + LEVELS,
      "--data=" + folder.resolve("data"),
      "--first-levels=3",
      "--first-splits=3",
      "--cells-a-round=6",
      "--members=3",
      "--hidden=8",
      "--member-steps=30",
      "--steps=64",
      "--json"
    };
    return CommandRun.of(
        new CommandLine(new ActiveCommand(llm)),
        out,
        err,
        Stream.concat(Stream.of(usual), Stream.of(arguments)).toArray(String[]::new));
  }
}
