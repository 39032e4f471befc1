package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.backend.AnalyticEvaluators;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.Transmission;
import io.splitgym.measurement.AnalyticEvaluator;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.measurement.SweepPlan;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MeasureCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);

  private int run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("--threads=2"));
    arguments.addAll(List.of(more));
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--data"))) {
      arguments.addAll(List.of("--data", folder.toString()));
    }
    return new CommandLine(new MeasureCommand(new AnalyticEvaluators(evaluator)))
        .setOut(new PrintWriter(out))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              out.append(failure.getMessage());
              return 2;
            })
        .execute(arguments.toArray(String[]::new));
  }

  @Test
  void aSecondRunMeasuresOnlyWhatIsNew() throws Exception {
    Path csv = folder.resolve("m.csv");
    assertThat(run("--levels=0.5,1,2", "--splits=1-3,5", "--csv=" + csv)).isZero();
    assertThat(evaluator.evaluations()).isEqualTo(1 + 3 * 4);
    Measurements measurements = MeasurementCsv.read(Files.readString(csv));
    assertThat(measurements.noisy()).hasSize(3 * 4);

    out.getBuffer().setLength(0);
    assertThat(run("--levels=0.5,1,2", "--splits=1-3,5", "--draws=2", "--json")).isZero();
    JsonNode document = new ObjectMapper().readTree(out.toString());
    assertThat(document.get("measured").asInt()).isEqualTo(12);
    assertThat(document.get("measuredBefore").asInt()).isEqualTo(13);
    assertThat(document.get("channelParameters").get("noiseUnit").asText()).isEqualTo("8.5");
    assertThat(evaluator.evaluations()).isEqualTo(25);
  }

  @Test
  void whatACsvHoldsIsNotMeasuredAgain(@TempDir Path elsewhere) throws Exception {
    Path csv = folder.resolve("m.csv");
    assertThat(run("--levels=0.5,1", "--splits=1-2", "--csv=" + csv)).isZero();
    int before = evaluator.evaluations();
    String more = elsewhere.toString();
    assertThat(run("--levels=0.5,1", "--splits=1-3", "--import=" + csv, "--data=" + more)).isZero();
    assertThat(evaluator.evaluations()).isEqualTo(before + 2);
  }

  @Test
  void bitsForEachTokenAreReportedAndATransportIsMeasuredByItself() throws Exception {
    assertThat(run("--channel=erasure", "--levels=0.1", "--splits=2-3")).isZero();
    assertThat(out.toString()).contains("bits/token", "2048.0");
    out.getBuffer().setLength(0);
    assertThat(
            run(
                "--channel=erasure",
                "--codec=int8",
                "--packet-bytes=68",
                "--concealment=repeat",
                "--protect-greatest=1",
                "--levels=0,0.1",
                "--splits=2-3",
                "--json"))
        .isZero();
    JsonNode document = new ObjectMapper().readTree(out.toString());
    assertThat(document.get("measured").asInt()).isEqualTo(4);
    // 64 elements, a scale, and one of them with an index of 6 bits
    double bits = 64 * 8 + 32 + 6 + 32;
    assertThat(document.at("/bitsPerToken/2").asDouble()).isEqualTo(bits);
    assertThat(document.at("/bitsPerToken/3").asDouble()).isEqualTo(bits);
    assertThat(document.at("/channelParameters/codec").asText()).isEqualTo("int8");
    assertThat(document.at("/channelParameters/packetBytes").asInt()).isEqualTo(68);
  }

  @Test
  void statesAreMeasuredByDirectDraws() {
    assertThat(run("--channel=erasure", "--sigma=0.1,0.2", "--m=0.5,1,10", "--splits=2")).isZero();
    assertThat(evaluator.evaluations()).isEqualTo(1 + 6);
    assertThat(out.toString()).contains("0.1;0.5");
  }

  @Test
  void aFileOfStatesHasNoLevels() throws Exception {
    Path csv = folder.resolve("steps.csv");
    assertThat(run("--channel=erasure", "--levels=0.1,0.2", "--splits=2")).isZero();
    assertThat(run("--channel=erasure", "--sigma=0.1", "--m=1", "--splits=2", "--csv=" + csv))
        .isZero();
    assertThat(MeasurementCsv.read(Files.readString(csv)).noisy())
        .hasSize(1)
        .allMatch(one -> one.key().transmission() instanceof Transmission.AtState);
  }

  @Test
  void defaultLevelsCoverEverySplit() {
    assertThat(run("--channel=erasure")).isZero();
    int levels = SweepPlan.defaultLevels(new Erasure(1)).size();
    assertThat(levels).isGreaterThanOrEqualTo(16);
    assertThat(evaluator.evaluations()).isEqualTo(1 + levels * 5);
  }

  @Test
  void wrongUseIsExplained() {
    assertThat(run("--splits=1-29")).isEqualTo(2);
    assertThat(out.toString()).contains("--splits", "1-29", "[1, 5]");
    assertThat(run("--sigma=0.1")).isEqualTo(2);
    assertThat(out.toString()).contains("--m is missing");
    assertThat(run("--channel=fog")).isEqualTo(2);
    assertThat(out.toString()).contains("fog", "erasure");
    assertThat(run("--block-tokens=4")).isEqualTo(2);
    assertThat(out.toString()).contains("blockTokens=4");
  }

  @Test
  void aSignalEndsTheSweepAfterTheCellsInFlight() throws Exception {
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                MeasureInAnotherProcess.class.getName(),
                "--data=" + folder,
                "--threads=2")
            .redirectError(errors.toFile())
            .start();
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("measurements.sqlite"))) {
      while (store.all(evaluator.setting()).size() < 3) {
        assertThat(process.isAlive())
            .as("the sweep runs; it said: %s", Files.readString(errors))
            .isTrue();
        Thread.sleep(20);
      }
      process.destroy();
      // as a shell sees a program that SIGTERM ended
      int exitCode = process.waitFor();
      String said = Files.readString(errors);
      assertThat(exitCode).as("exit code of a process that said: %s", said).isEqualTo(143);
      assertThat(said).doesNotContain("Exception", "lost");
      assertThat(store.all(evaluator.setting())).hasSizeBetween(3, 1 + 18 * 5 - 1);
    }
    assertThat(run()).isZero();
    assertThat(evaluator.evaluations()).isLessThan(1 + 18 * 5 - 2);
  }
}
