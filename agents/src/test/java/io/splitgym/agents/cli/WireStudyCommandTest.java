package io.splitgym.agents.cli;

import static io.splitgym.agents.cli.HiddenStateLlm.CLEAN;
import static io.splitgym.agents.cli.HiddenStateLlm.MASSIVE;
import static io.splitgym.agents.cli.HiddenStateLlm.TOKENS;
import static io.splitgym.agents.cli.HiddenStateLlm.WIDTH;
import static io.splitgym.agents.cli.HiddenStateLlm.WINDOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.Channel;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.HiddenBlock;
import io.splitgym.channel.Transmission;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class WireStudyCommandTest {
  private static final double LOSS = 0.2;
  private static final Path PUBLISHED = Path.of("../docs/studies/wire");

  @TempDir private Path folder;

  private final HiddenStateLlm llm = new HiddenStateLlm();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyCellIsMeasuredOnce() throws IOException {
    study("--draws=2");
    // the clean value; 6 codecs once; 3 sizes, 2 of them protected, 3 more of concealment and 5
    // under noise, twice; all at 2 splits
    int cells = 1 + 2 * (6 + 2 * (3 + 2 + 3 + 5));
    assertThat(llm.evaluations).hasValue(cells);
    study("--draws=2");
    assertThat(llm.evaluations).hasValue(cells);
    // a third draw is one more of what is random
    study("--draws=3");
    assertThat(llm.evaluations).hasValue(cells + 2 * (3 + 2 + 3 + 5));
    assertThat(rows()).hasSize(2 * (6 + 3 + 4 + 4 + 5));
  }

  @ParameterizedTest
  @CsvSource({"f16, 384", "bf16, 384", "int8, 224", "int4, 128"})
  void aCodecAloneCostsWhatItsRoundingDoesAndHasNoStandardError(String codec, double bits)
      throws IOException {
    study("--draws=2");
    for (int split : new int[] {1, 5}) {
      double expected = 0;
      for (int window = 0; window < WINDOWS; window++) {
        float[] values = HiddenStateLlm.hidden(split, window);
        for (int token = 0; token < TOKENS; token++) {
          Codec.ofId("codec", codec).roundTrip(values, token * WIDTH, (token + 1) * WIDTH);
        }
        expected += HiddenStateLlm.loss(split, window, values) / WINDOWS;
      }
      Map<String, String> row = row("codecs", codec, split);
      assertThat(number(row, "lnPpl")).isCloseTo(expected, within(1e-12)).isGreaterThan(CLEAN);
      assertThat(number(row, "bitsPerToken")).isEqualTo(bits);
      assertThat(number(row, "cleanLnPpl")).isEqualTo(CLEAN);
      assertThat(row)
          .containsEntry("channel", "erasure")
          .containsEntry("level", "0")
          .containsEntry("codec", codec)
          .containsEntry("protectAbove", "")
          .containsEntry("standardError", "")
          .containsEntry("draws", "1");
    }
  }

  @Test
  void aMassiveActivationSpoilsItsTokensScaleUnlessItIsProtectedForItsCost() throws IOException {
    study("--draws=2");
    double coarse = number(row("codecs", "int4", 5), "lnPpl") - CLEAN;
    Map<String, String> row = row("codecs", "int4 protected", 5);
    // at a scale of 500 / 7 nothing is left of the other elements of one token of sixteen
    assertThat(coarse).isBetween(0.9 / TOKENS, 1.5 / TOKENS);
    assertThat(number(row, "lnPpl") - CLEAN).isLessThan(coarse / 2);
    assertThat(row).containsEntry("protectAbove", "100");
    // 5 bits tell how many of 24 are protected; one of a window is, an index of 5 bits and 32
    assertThat(number(row, "bitsPerToken")).isCloseTo(128 + 5 + (5 + 32.0) / TOKENS, within(1e-12));
  }

  @Test
  void packetsAreLostAsTheChannelLosesThemAndTheErrorIsThatOfTheDraws() throws IOException {
    study("--draws=2");
    Channel channel =
        new Erasure(
            new Packets.OfBytes(48),
            Concealment.REPEAT,
            new Payload(Codec.F16, new Protection.Above(100)));
    double[] draws = new double[2];
    double variance = 0;
    for (int window = 0; window < WINDOWS; window++) {
      double[] losses = new double[2];
      for (int draw = 1; draw <= 2; draw++) {
        float[] values = HiddenStateLlm.hidden(5, window);
        channel.transmitAtLevel(
            new HiddenBlock(values, TOKENS, WIDTH),
            LOSS,
            RandomStream.ofSeed(draw).named("window", window));
        losses[draw - 1] = HiddenStateLlm.loss(5, window, values);
        draws[draw - 1] += losses[draw - 1] / WINDOWS;
      }
      variance += Math.pow((losses[0] - losses[1]) / 2 / WINDOWS, 2);
    }
    Map<String, String> row = row("concealment-0.2", "f16 repeat protected", 5);
    assertThat(number(row, "lnPpl")).isCloseTo((draws[0] + draws[1]) / 2, within(1e-12));
    assertThat(number(row, "standardError")).isCloseTo(Math.sqrt(variance), within(1e-12));
    assertThat(number(row, "bitsPerToken"))
        .isCloseTo(16 * WIDTH + 5 + (5 + 32.0) / TOKENS, within(1e-12));
    assertThat(row)
        .containsEntry("level", "0.2")
        .containsEntry("packets", "48 bytes")
        .containsEntry("concealment", "repeat")
        .containsEntry("draws", "2");
  }

  @Test
  void whatALostPacketTakesWithItIsMassiveUnlessItIsProtected() throws IOException {
    study("--draws=4");
    // lost with the massive activation of a window, a packet costs this much of the mean square
    double massive = MASSIVE * MASSIVE / (TOKENS * WIDTH) / WINDOWS / 4;
    for (String packets : List.of("single elements", "12 bytes")) {
      double bare = number(row("protection", packets, 1), "lnPpl") - CLEAN;
      double protects = number(row("protection", packets + " protected", 1), "lnPpl") - CLEAN;
      assertThat(protects).as(packets).isCloseTo(LOSS, within(0.1));
      // what is left of a difference is a whole number of lost massive activations
      double lost = (bare - protects) / massive;
      assertThat(lost).as(packets).isCloseTo(Math.rint(lost), within(0.01));
      // the same draws: the packets are lost whatever is protected
      assertThat(number(row("packets", packets, 1), "lnPpl") - CLEAN).isEqualTo(bare);
    }
  }

  @Test
  void underNoiseTheDecodedValueIsWhatNoiseIsAddedTo() throws IOException {
    study("--draws=3", "--noise=2");
    Map<String, String> plain = row("noise", "f32", 1);
    // the mean square of noise of deviation 2, over 3 x 3 x 384 elements
    assertThat(number(plain, "lnPpl") - CLEAN).isCloseTo(4, within(0.4));
    assertThat(number(plain, "standardError")).isBetween(0.01, 0.3);
    assertThat(number(plain, "bitsPerToken")).isEqualTo(32 * WIDTH);
    assertThat(plain)
        .containsEntry("channel", "fading-awgn")
        .containsEntry("level", "2")
        .containsEntry("packets", "")
        .containsEntry("concealment", "");
    double rounding = number(row("codecs", "int4", 1), "lnPpl") - CLEAN;
    assertThat(number(row("noise", "int4", 1), "lnPpl") - number(plain, "lnPpl"))
        .isCloseTo(rounding, within(0.2));
  }

  @Test
  void theTextSaysWhatTheDrawsAllow() throws IOException {
    JsonNode one = study("--draws=1");
    assertThat(report())
        .contains("There is one draw of losses and noise, so that there is no spread over draws")
        .doesNotContain("1 draws");
    // from how the windows differ
    assertThat(number(row("packets", "48 bytes", 1), "standardError")).isPositive();
    assertThat(one.at("/result/findings/0").asText())
        .startsWith("Codecs, nothing lost. Nats lost on average over the splits: f16 (384 bits a")
        .contains("int4 protected (135 bits a token)");
    study("--draws=2");
    assertThat(report())
        .contains("Bands are twice the standard error over 2 draws of losses and noise.")
        .doesNotContain("There is one draw");
  }

  @Test
  void aFolderIsDrawnAgainFromItsOwnFilesWithoutAnLlm() throws IOException {
    study("--draws=2");
    Map<String, String> written = files();
    int evaluations = llm.evaluations.get();
    for (String name : List.of("report.html", "wire-noise.svg", "wire-noise.png")) {
      Files.delete(target().resolve(name));
    }
    out.getBuffer().setLength(0);
    assertThat(run("--redraw", "--out=" + target())).as(err.toString()).isZero();
    assertThat(llm.evaluations).hasValue(evaluations);
    assertThat(files()).isEqualTo(written);
    assertThat(report()).contains("2 draws", "Nats lost on average");
    for (String name : List.of("codecs", "packets", "protection", "concealment-0.2", "noise")) {
      assertThat(target().resolve("wire-" + name + ".svg")).isNotEmptyFile();
      assertThat(target().resolve("wire-" + name + ".png")).isNotEmptyFile();
    }
  }

  @Test
  void whatAnEarlierVersionWroteIsDrawnWithoutItsErrorsOfWhatIsNotRandom() throws IOException {
    study("--draws=1");
    Path csv = target().resolve("wire.csv");
    String whole = Files.readString(csv);
    Files.writeString(
        csv,
        whole
            .lines()
            // f16 a little below the clean value, so that its loss rounds to a zero below zero
            .map(
                line ->
                    line.startsWith("codecs,f16,")
                        ? line.replaceAll("384,[0-9.]+,,1,", "384,2.9999,0.001,1,")
                        : line)
            .reduce("", (text, line) -> text + line + "\n"));
    assertThat(Files.readString(csv)).contains("384,2.9999,0.001,1,3");
    JsonNode result = json("--redraw", "--out=" + target());
    assertThat(row("codecs", "f16", 5)).containsEntry("lnPpl", "2.9999");
    assertThat(row("codecs", "f16", 5)).containsEntry("standardError", "");
    assertThat(result.at("/result/findings/0").asText())
        .contains("f16 (384 bits a token) 0.000, at most 0.000 at split")
        .doesNotContain("-0.000");
    assertThat(report()).doesNotContain("-0.000");
  }

  @Test
  void thePublishedStudyIsWhatItsOwnFilesAreDrawnTo() throws IOException {
    Files.createDirectories(target());
    for (String name : List.of("wire.csv", "study.json")) {
      Files.copy(PUBLISHED.resolve(name), target().resolve(name));
    }
    Map<String, String> published = files();
    json("--redraw", "--out=" + target());
    assertThat(files()).isEqualTo(published);
    assertThat(report().replaceAll("base64,[^\"]*", ""))
        .isEqualTo(
            Files.readString(PUBLISHED.resolve("report.html")).replaceAll("base64,[^\"]*", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "single-elements, packets, single elements",
    "single-elements-protected, protection, single elements protected",
    "288-bytes, packets, 288 bytes",
    "288-bytes-protected, protection, 288 bytes protected",
    "1152-bytes, packets, 1152 bytes",
  })
  void thePublishedWindowsAreThoseOfThePublishedStudy(String file, String figure, String name)
      throws IOException {
    Measurements measured =
        MeasurementCsv.read(Files.readString(PUBLISHED.resolve("windows-" + file + ".csv")));
    for (int split : List.of(1, 4, 8, 12, 20, 29)) {
      Map<String, String> row = row(PUBLISHED, figure, name, split);
      List<Measurement> draws =
          measured.ofSplits(List.of(split)).noisy().stream()
              .filter(
                  one ->
                      one.key().transmission() instanceof Transmission.AtLevel at && at.level() > 0)
              .toList();
      assertThat(draws).hasSize((int) number(row, "draws"));
      assertThat(draws.stream().mapToDouble(Measurement::logPerplexity).average())
          .hasValueCloseTo(number(row, "lnPpl"), within(1e-9));
      assertThat(draws.get(0).losses().bitsPerToken()).hasValue(number(row, "bitsPerToken"));
      assertThat(measured.clean().logPerplexity()).isEqualTo(number(row, "cleanLnPpl"));
    }
  }

  @Test
  void whatCannotBeDrawnAgainIsRefused() throws IOException {
    refused("one that study wire wrote, with study.json", "--redraw", "--out=" + target());
    study("--draws=1");
    Map<String, String> written = files();
    refused(
        "--splits is [2, 3], must be left out with --redraw",
        "--redraw",
        "--out=" + target(),
        "--splits=2,3");
    Path csv = target().resolve("wire.csv");
    List<String> lines = Files.readAllLines(csv);
    Files.write(csv, lines.subList(0, lines.size() - 1));
    refused(
        "wire.csv is without figure noise, case int4 protected, split 5, must be with a row",
        "--redraw",
        "--out=" + target());
    Files.writeString(csv, String.join("\n", lines).replace(",1,3\n", ",2,3\n"));
    refused(
        "wire.csv, draws of figure codecs, case f16, split 1 is 2, must be 1, as study.json tells",
        "--redraw",
        "--out=" + target());
    Files.write(csv, List.of(lines.get(0), "codecs,f16,erasure"));
    refused("wire.csv, line 2 is codecs,f16,erasure", "--redraw", "--out=" + target());
    Files.write(csv, List.of("figure,case"));
    refused(
        "wire.csv, line 1 is figure,case, must be figure,case,", "--redraw", "--out=" + target());
    Files.writeString(csv, written.get("wire.csv"));
    Path settings = target().resolve("study.json");
    String whole = Files.readString(settings);
    Files.writeString(settings, "{\"study\": \"leaderboard\"}");
    refused("study is leaderboard, must be wire", "--redraw", "--out=" + target());
    Files.writeString(settings, "{\"study\": \"wire\"}");
    refused("study.json is wrong (", "--redraw", "--out=" + target());
    Files.writeString(settings, whole.replaceFirst("\\[ 1, 5 ]", "[ 1 ]"));
    refused("splits is [1], must be at least 2 values", "--redraw", "--out=" + target());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--splits=3     | splits is [3], must be at least 2 values",
        "--splits=3,3   | splits is [3, 3], must be without repetition",
        "--splits=3,10  | split is 10, must be in [1, 9]",
        "--loss=1       | loss is 1.0, must be in (0, 1)",
        "--loss=0.1,0.1 | losses is [0.1, 0.1], must be without repetition",
        "--noise=0      | noise is 0.0, must be a finite number above 0",
        "--packet-bytes=1,2,3,4,5,6,7 | packetBytes is [1, 2, 3, 4, 5, 6, 7], must be 1 to 6 values",
        "--packet-bytes=1 | packetBytes is 1, must be at least 2, which an element in f16 takes",
        "--protect-above=0.5 | protectAbove is 0.5, must be in [1, 1000000]",
        "--draws=0      | draws is 0, must be at least 1",
        "--threads=0    | --threads is 0, must be at least 1",
      })
  void whatIsNotAllowedIsRefusedBeforeAnythingIsMeasured(String option, String message) {
    assertThat(run("--data=" + folder.resolve("data"), "--precision=f32", option)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(llm.evaluations).hasValue(0);
  }

  private void refused(String message, String... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  private Path target() {
    return folder.resolve("wire");
  }

  private JsonNode study(String... arguments) throws IOException {
    String[] usual = {
      "--model=hidden",
      "--data=" + folder.resolve("data"),
      "--out=" + target(),
      "--splits=1,5",
      "--loss=" + LOSS,
      "--packet-bytes=12,48",
      "--precision=f32",
      "--threads=2"
    };
    return json(Stream.concat(Stream.of(usual), Stream.of(arguments)).toArray(String[]::new));
  }

  private JsonNode json(String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(run(Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new)))
        .as(err.toString())
        .isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  private int run(String... arguments) {
    return CommandRun.of(new CommandLine(new WireStudyCommand(llm)), out, err, arguments);
  }

  private String report() throws IOException {
    return Files.readString(target().resolve("report.html"));
  }

  /** The data files, by name. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (String name : List.of("wire.csv", "study.json")) {
      files.put(name, Files.readString(target().resolve(name)));
    }
    return files;
  }

  private List<Map<String, String>> rows() throws IOException {
    return rows(target());
  }

  private static List<Map<String, String>> rows(Path study) throws IOException {
    List<String> lines = Files.readAllLines(study.resolve("wire.csv"));
    String[] columns = lines.get(0).split(",", -1);
    return lines.subList(1, lines.size()).stream()
        .map(
            line -> {
              String[] cells = line.split(",", -1);
              Map<String, String> row = new LinkedHashMap<>();
              for (int i = 0; i < columns.length; i++) {
                row.put(columns[i], cells[i]);
              }
              return row;
            })
        .toList();
  }

  private Map<String, String> row(String figure, String name, int split) throws IOException {
    return row(target(), figure, name, split);
  }

  private static Map<String, String> row(Path study, String figure, String name, int split)
      throws IOException {
    return rows(study).stream()
        .filter(
            row ->
                figure.equals(row.get("figure"))
                    && name.equals(row.get("case"))
                    && Integer.toString(split).equals(row.get("split")))
        .findFirst()
        .orElseThrow();
  }

  private static double number(Map<String, String> row, String column) {
    return Double.parseDouble(row.get(column));
  }
}
