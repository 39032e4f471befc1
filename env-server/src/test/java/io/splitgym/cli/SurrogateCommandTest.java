package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.Erasure;
import io.splitgym.measurement.AnalyticMeasurements;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.SurrogateFile;
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
    assertThat(run("surrogate", "evaluate", "--measurements=" + folder.resolve("none.csv")))
        .isEqualTo(1);
  }
}
