package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.ChannelProvider;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.LevelledChannel;
import io.splitgym.channel.Range;
import io.splitgym.extension.OnClassPath;
import io.splitgym.fitting.FitOptions;
import io.splitgym.fitting.SurrogateFit;
import io.splitgym.measurement.AnalyticMeasurements;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurrogateCommandTest {
  private static final Measurements MEASUREMENTS = AnalyticMeasurements.of(new Erasure(1), 2);

  @TempDir Path folder;

  private StringWriter out = new StringWriter();

  private int run(String... arguments) {
    out = new StringWriter();
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(out))
        .execute(arguments);
  }

  @Test
  void whatWasFittedFromAFileCanBeEvaluatedAgainstIt() throws Exception {
    Path csv = folder.resolve("m.csv");
    Path surrogate = folder.resolve("s.safetensors");
    Files.writeString(csv, MeasurementCsv.write(MEASUREMENTS));

    assertThat(
            run(
                "surrogate",
                "fit",
                "--measurements=" + csv,
                "--out=" + surrogate,
                "--steps=300",
                "--hidden=16",
                "--figures=" + folder.resolve("figures"),
                "--json"))
        .isZero();
    JsonNode fitted = new ObjectMapper().readTree(out.toString());
    assertThat(fitted.at("/report/onHeldOut/mae").asDouble()).isBetween(0.0, 1.0);
    assertThat(fitted.at("/figures").size()).isEqualTo(6);
    assertThat(SurrogateFile.read(Files.readAllBytes(surrogate)).provenance().dataHash())
        .isEqualTo(MeasurementCsv.hash(MEASUREMENTS));

    assertThat(
            run(
                "surrogate",
                "evaluate",
                "--measurements=" + csv,
                "--surrogate=" + surrogate,
                "--states=10"))
        .isZero();
    assertThat(out.toString())
        .contains("At 50 cells", "fitted to these measurements", "a text of 8 windows");
  }

  @Test
  void aSurrogateOfSomeSplitsIsEvaluatedOnAllMeasurements() throws Exception {
    Path csv = folder.resolve("m.csv");
    Path surrogate = folder.resolve("s.safetensors");
    Files.writeString(csv, MeasurementCsv.write(MEASUREMENTS));
    run(
        "surrogate",
        "fit",
        "--measurements=" + csv,
        "--out=" + surrogate,
        "--splits=1-3",
        "--steps=20",
        "--hidden=8");
    String[] evaluate = {
      "surrogate",
      "evaluate",
      "--measurements=" + csv,
      "--surrogate=" + surrogate,
      "--states=4",
      "--at=0.1,1",
      "--windows=4"
    };
    assertThat(run(evaluate)).isZero();
    assertThat(out.toString())
        .contains(
            "fitted to these measurements. It answers for splits 1 to 3; splits [4, 5]",
            "a text of 4 windows",
            "one draw");
    List<String> json = new ArrayList<>(List.of(evaluate));
    json.add("--json");
    assertThat(run(json.toArray(String[]::new))).isZero();
    JsonNode document = new ObjectMapper().readTree(out.toString());
    assertThat(document.at("/check/dataHash")).isEqualTo(document.at("/provenance/dataHash"));
    assertThat(document.at("/at/splits")).hasSize(3);
    assertThat(document.at("/at/splits/0/textDeviation").asDouble()).isPositive();
    assertThat(run("surrogate", "evaluate", "--measurements=" + csv, "--at=0.1")).isEqualTo(2);
  }

  @Test
  void singleDrawsOfErasureSayNothingOfTheNoise() throws Exception {
    Path csv = folder.resolve("single.csv");
    Path surrogate = folder.resolve("s.safetensors");
    Measurements single = AnalyticMeasurements.of(new Erasure(1), 1);
    Files.writeString(csv, MeasurementCsv.write(single));
    run("surrogate", "fit", "--measurements=" + csv, "--out=" + surrogate, "--steps=20");
    assertThat(
            run(
                "surrogate",
                "evaluate",
                "--measurements=" + csv,
                "--surrogate=" + surrogate,
                "--states=4"))
        .isZero();
    assertThat(out.toString()).contains("isn't known: that needs two draws");
  }

  @Test
  void theStoreServesAsWell() {
    try (MeasurementStore store = MeasurementStore.open(folder.resolve("measurements.sqlite"))) {
      store.add(MEASUREMENTS.clean());
      for (Measurement measurement : MEASUREMENTS.noisy()) {
        store.add(measurement);
      }
    }
    Path surrogate = folder.resolve("s.safetensors");
    assertThat(
            run(
                "surrogate",
                "fit",
                "--data=" + folder,
                "--channel=erasure",
                "--out=" + surrogate,
                "--steps=20",
                "--hidden=8"))
        .isZero();
    assertThat(out.toString())
        .contains("random forest", "Reward reference: best splits", "SHA-256");
    assertThat(run("surrogate", "fit", "--data=" + folder, "--out=" + surrogate, "--steps=20"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("no measurements of fading-awgn");
  }

  @Test
  void wrongUseIsExplained() throws Exception {
    Path csv = folder.resolve("m.csv");
    Files.writeString(csv, "nonsense");
    assertThat(run("surrogate", "fit", "--measurements=" + csv, "--out=x")).isEqualTo(2);
    assertThat(out.toString()).contains("line 1");
    assertThat(run("surrogate", "fit")).isEqualTo(2);
    Path none = folder.resolve("none.csv");
    assertThat(run("surrogate", "evaluate", "--measurements=" + none)).isEqualTo(2);
    assertThat(out.toString())
        .contains("--measurements is " + none + ", must be a CSV")
        .contains("there is no such file");
    Files.writeString(csv, MeasurementCsv.write(MEASUREMENTS));
    assertThat(run("surrogate", "evaluate", "--measurements=" + csv, "--surrogate=" + csv))
        .isEqualTo(2);
    assertThat(out.toString()).contains("--surrogate is " + csv + ", must be a surrogate: ");
    Path beneath = csv.resolve("cells.csv");
    assertThat(run("surrogate", "summary", "--measurements=" + csv, "--cells=" + beneath))
        .isEqualTo(1);
    assertThat(out.toString())
        .isEqualToIgnoringWhitespace("splitgym: " + beneath + ": no file can be made in " + csv);
  }

  @Test
  void drawsAreFittedAroundAMeanThatStays() throws Exception {
    Path csv = folder.resolve("m.csv");
    Path mean = folder.resolve("mean.safetensors");
    Path both = folder.resolve("both.safetensors");
    Measurements fading = AnalyticMeasurements.of(FadingAwgn.ofUnit(8.5), 2);
    Files.writeString(csv, MeasurementCsv.write(fading));
    String measurements = "--measurements=" + csv;
    assertThat(run("surrogate", "fit", measurements, "--out=" + mean, "--steps=20", "--mean-only"))
        .isZero();
    SurrogateModel kept = SurrogateFile.read(Files.readAllBytes(mean));
    assertThat(kept.draws()).isEmpty();
    assertThat(
            run(
                "surrogate",
                "fit",
                measurements,
                "--out=" + both,
                "--steps=20",
                "--keep-mean=" + mean))
        .isZero();
    assertThat(out.toString()).contains("Draws: at").doesNotContain("random forest");
    SurrogateModel drawing = SurrogateFile.read(Files.readAllBytes(both));
    ChannelState state = new ChannelState(0.1, 1);
    assertThat(drawing.draws()).isPresent();
    assertThat(drawing.expectedLogPerplexity(state, 3))
        .isEqualTo(kept.expectedLogPerplexity(state, 3));
    assertThat(
            run(
                "surrogate",
                "fit",
                measurements,
                "--out=" + both,
                "--keep-mean=" + mean,
                "--mean-only"))
        .isEqualTo(2);

    Path steps = folder.resolve("steps.csv");
    Files.writeString(
        steps,
        MeasurementCsv.write(
            AnalyticMeasurements.steps(
                FadingAwgn.ofUnit(8.5), 5, List.of(0.1), List.of(1.0), List.of(2, 4), 3)));
    String[] calibrate = {
      "surrogate",
      "calibrate",
      "--measurements=" + steps,
      "--surrogate=" + both,
      "--windows=4",
      "--samples=20",
      "--splits=1-3",
      "--figures=" + folder
    };
    assertThat(run(calibrate)).isZero();
    assertThat(out.toString()).contains("central interval", "3 steps of 4 windows");
    assertThat(folder.resolve("fading-awgn-calibration.png")).isNotEmptyFile();
    calibrate[6] = "--splits=3";
    assertThat(run(calibrate)).isEqualTo(2);
    assertThat(out.toString()).contains("--splits", "must be some that have direct draws: [2, 4]");
    calibrate[6] = "--splits=2";
    calibrate[3] = "--surrogate=" + mean;
    assertThat(run(calibrate)).isEqualTo(2);
    assertThat(out.toString()).contains("noise");
  }

  @Test
  void whereNoCellCanBeJudgedNoneIs() throws Exception {
    Path csv = folder.resolve("m.csv");
    Path mean = folder.resolve("mean.safetensors");
    Files.writeString(csv, MeasurementCsv.write(MEASUREMENTS));
    FitOptions silent =
        FitOptions.DEFAULT
            .withSteps(20)
            .withHidden(List.of(8))
            .withRanges(new ChannelRanges(new Range(0, 1e-5), new Range(1, 2)));
    Files.write(mean, SurrogateFile.write(SurrogateFit.unjudged(MEASUREMENTS, silent, step -> {})));
    String[] fit = {
      "surrogate",
      "fit",
      "--measurements=" + csv,
      "--out=" + folder.resolve("both.safetensors"),
      "--keep-mean=" + mean,
      "--steps=20",
      "--json"
    };
    assertThat(run(fit)).isZero();
    JsonNode draws = new ObjectMapper().readTree(out.toString()).path("draws");
    assertThat(draws.path("heldOutCells").asInt(-1)).isZero();
    assertThat(draws.path("logRatio").isNull()).isTrue();
    assertThat(draws.path("logError").isNull()).isTrue();
    fit[fit.length - 1] = "--seed=2";
    assertThat(run(fit)).isZero();
    assertThat(out.toString()).contains("Draws: none to judge").doesNotContain("1.000");
  }

  @Test
  void ofAProvidedChannelOnlyTheMeanIsFitted() throws Exception {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    try (var here =
        new OnClassPath(classes, ChannelProvider.class, LevelledChannel.class.getName())) {
      Path csv = folder.resolve("m.csv");
      Path surrogate = folder.resolve("s.safetensors");
      Path states = folder.resolve("states.csv");
      Files.writeString(
          csv, MeasurementCsv.write(AnalyticMeasurements.of(LevelledChannel.chosen(), 2)));
      String[] fit = {
        "surrogate", "fit", "--measurements=" + csv, "--out=" + surrogate, "--steps=20"
      };
      assertThat(run(fit)).isEqualTo(2);
      assertThat(out.toString()).contains("must be fading-awgn or erasure");
      assertThat(surrogate).doesNotExist();
      List<String> meanOnly = new ArrayList<>(List.of(fit));
      meanOnly.add("--mean-only");
      assertThat(run(meanOnly.toArray(String[]::new))).as(out.toString()).isZero();
      assertThat(SurrogateFile.read(Files.readAllBytes(surrogate)).draws()).isEmpty();

      Path cells = folder.resolve("cells.csv");
      String[] summary = {
        "surrogate", "summary", "--measurements=" + csv, "--cells=" + cells, "--states=" + states
      };
      assertThat(run(summary)).isEqualTo(2);
      assertThat(cells).doesNotExist();
      assertThat(run("surrogate", "summary", "--measurements=" + csv, "--cells=" + cells)).isZero();
    }
  }

  @Test
  void measurementsAreSummedUp() throws Exception {
    Path csv = folder.resolve("m.csv");
    Measurements fading = AnalyticMeasurements.of(FadingAwgn.ofUnit(8.5), 2);
    Files.writeString(csv, MeasurementCsv.write(fading));
    Path cells = folder.resolve("cells.csv");
    Path states = folder.resolve("states.csv");
    assertThat(
            run(
                "surrogate",
                "summary",
                "--measurements=" + csv,
                "--cells=" + cells,
                "--states=" + states,
                "--sigma=0,0.2",
                "--m=1",
                "--windows=4"))
        .isZero();
    List<String> ofCells = Files.readAllLines(cells);
    assertThat(ofCells).hasSize(1 + 5 * 18);
    assertThat(ofCells.get(0)).startsWith("split,level,draws,mean");
    String[] first = ofCells.get(1).split(",");
    assertThat(first[2]).isEqualTo("2");
    assertThat(Double.parseDouble(first[7])).isLessThanOrEqualTo(Double.parseDouble(first[3]));
    assertThat(Double.parseDouble(first[8])).isGreaterThanOrEqualTo(Double.parseDouble(first[3]));
    List<String> ofStates = Files.readAllLines(states);
    assertThat(ofStates).hasSize(1 + 2 * 5);
    assertThat(ofStates.get(1)).startsWith("0,1,1,").endsWith(",0,0,0,0,0,0,0");
    String[] noisy = ofStates.get(6).split(",");
    assertThat(Double.parseDouble(noisy[6]) / Double.parseDouble(noisy[5]))
        .isCloseTo(2, within(1e-4));
    assertThat(run("surrogate", "summary", "--measurements=" + csv)).isEqualTo(2);
  }
}
