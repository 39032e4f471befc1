package io.splitgym.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Each study, with two seeds and few steps. */
class StudyCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private String fingerprint = "formula";
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void trainingCurvesHaveEveryCaseAndAlgorithmWithIntervals() throws IOException {
    JsonNode result = study("training-curves", "--steps=60", "--evaluations=3");
    assertThat(result.at("/result/lines")).hasSize(9);
    List<String[]> curves = csv("curves.csv");
    assertThat(curves.get(0)).startsWith("panel", "line", "steps", "scoreIqm", "scoreLow");
    assertThat(curves).anySatisfy(row -> assertThat(row).startsWith("H", "dqn", "60"));
    assertThat(curves).anySatisfy(row -> assertThat(row).startsWith("all", "dqn", "60"));
    for (String[] row : curves.subList(1, curves.size())) {
      double middle = Double.parseDouble(row[3]);
      assertThat(middle).isBetween(Double.parseDouble(row[4]), Double.parseDouble(row[5]));
      assertThat(middle).isLessThanOrEqualTo(1);
    }
    for (JsonNode line : result.at("/result/lines")) {
      double returns = line.at("/returnIqm/mean").asDouble();
      double random = line.at("/exact/random").asDouble();
      double optimal = line.at("/exact/optimal").asDouble();
      assertThat(line.at("/scoreIqm/mean").asDouble())
          .isCloseTo((returns - random) / (optimal - random), within(1e-9));
      assertThat(line.at("/settings/hyperparameters/learningRate").isNumber()).isTrue();
    }
    // two seeds, so that their interquartile mean is their mean
    double[] last =
        csv("runs.csv").stream()
            .filter(row -> List.of(row).subList(0, 2).equals(List.of("H", "dqn")))
            .filter(row -> row[3].equals("60"))
            .mapToDouble(row -> Double.parseDouble(row[4]))
            .toArray();
    assertThat(last).hasSize(2);
    String[] score =
        csv("scores.csv").stream()
            .filter(row -> List.of(row).subList(0, 2).equals(List.of("H", "dqn")))
            .findFirst()
            .orElseThrow();
    assertThat(Double.parseDouble(score[9])).isCloseTo((last[0] + last[1]) / 2, within(1e-9));
    // the regret is what the return lacks
    assertThat(Double.parseDouble(score[9]) + Double.parseDouble(score[12]))
        .isCloseTo(Double.parseDouble(score[15]), within(1e-9));
    for (String name : List.of("L", "H", "A", "all")) {
      assertThat(folder.resolve("training-curves-" + name + ".svg")).isNotEmptyFile();
      assertThat(folder.resolve("training-curves-" + name + ".png")).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("Case L: after 60 steps the scores are ", "Over all 3 cases: ", "</html>")
        .contains("data:image/svg+xml;base64,", "prefers-color-scheme: dark")
        .doesNotContain("src=\"http");
  }

  @Test
  void aLargerActionSpaceHasItsOwnOptimum() throws IOException {
    JsonNode lines = study("action-spaces", "--steps=40", "--evaluations=2").at("/result/lines");
    List<Double> optima = new ArrayList<>();
    lines.forEach(line -> optima.add(line.at("/exact/optimal").asDouble()));
    assertThat(optima).hasSize(4).isSorted().doesNotHaveDuplicates();
    assertThat(lines.get(3).path("line").asText()).isEqualTo("9 actions");
    assertThat(folder.resolve("action-spaces-A.svg")).isNotEmptyFile();
  }

  @Test
  void aStudyUnderOtherRulesHasItsOwnOptimum() throws IOException {
    String[] arguments = {"--agents=dqn", "--presets=L", "--steps=30", "--evaluations=1"};
    JsonNode usual = study("training-curves", arguments).at("/result/lines/0");
    String[] changed = with(arguments, "--reward-parameter=loadWeight=2");
    assertThat(run("training-curves", changed)).isEqualTo(2);
    assertThat(err.toString()).contains("runs of another environment");
    folder = folder.resolve("other");
    JsonNode other = study("training-curves", changed).at("/result/lines/0");
    assertThat(other.at("/settings/environment/reward/loadWeight").asDouble()).isEqualTo(2);
    // a second share of the load for layers on the user equipment
    assertThat(other.at("/exact/optimal").asDouble())
        .isLessThan(usual.at("/exact/optimal").asDouble());
  }

  @Test
  void splitsStandBesideTheExactOnes() throws IOException {
    study("split-against-noise", "--steps=40", "--sigmas=6", "--m=2", "--agents=dqn");
    List<String[]> splits = csv("splits.csv");
    assertThat(splits).hasSize(7);
    double before = 0;
    for (String[] row : splits.subList(1, splits.size())) {
      assertThat(row).hasSize(9).startsWith("A", "dqn");
      assertThat(Double.parseDouble(row[4])).isBetween(1.0, 29.0);
      // under the formula more noise moves p* away from the input
      assertThat(Double.parseDouble(row[8])).isGreaterThanOrEqualTo(before);
      before = Double.parseDouble(row[8]);
    }
    assertThat(before).isGreaterThan(Double.parseDouble(splits.get(1)[8]));
    assertThat(csv("runs.csv")).hasSize(1 + 2 * 6);
    assertThat(splits.get(2)[2]).as("a sigma that can be looked up").isEqualTo("0.068");
    assertThat(Files.readString(folder.resolve("runs/A-dqn/settings.json")))
        .containsSubsequence("\"agent\"", "\"m\"", "\"sigmas\"", "\"steps\"");
    assertThat(Files.readString(folder.resolve("report.html"))).contains("The policies of dqn");
    assertThat(run("split-against-noise", "--m=11")).isEqualTo(2);
    assertThat(err.toString()).contains("--m is 11.0, must be in [0.5, 10]");
  }

  @Test
  void aKilledStudyGoesOnAndGivesTheSameBytesOnAnyNumberOfThreads() throws IOException {
    String[] arguments = {"--agents=ppo,dqn", "--presets=L", "--steps=40", "--evaluations=2"};
    study("training-curves", with(arguments, "--threads=1"));
    Map<String, String> whole = files();

    Path kept = folder.resolve("runs/L-ppo/seed-1.csv");
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(kept, longAgo);
    Files.delete(folder.resolve("runs/L-ppo/seed-2.csv"));
    Files.delete(folder.resolve("runs/L-dqn/seed-1.csv"));
    Files.delete(folder.resolve("curves.csv"));
    study("training-curves", with(arguments, "--threads=3"));
    assertThat(files()).isEqualTo(whole);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(longAgo);
  }

  @Test
  void moreSeedsKeepTheOnesThereAreAndOtherSettingsAreRefused() throws IOException {
    String[] arguments = {"--agents=dqn", "--presets=L", "--steps=30", "--evaluations=1"};
    study("training-curves", arguments);
    FileTime before = Files.getLastModifiedTime(folder.resolve("runs/L-dqn/seed-2.csv"));
    JsonNode more = study("training-curves", with(arguments, "--seeds=3"));
    assertThat(more.at("/result/lines/0/finalReturns")).hasSize(3);
    assertThat(Files.getLastModifiedTime(folder.resolve("runs/L-dqn/seed-2.csv")))
        .isEqualTo(before);

    Map<String, String> there = files();
    assertThat(run("training-curves", with(arguments, "--steps=31"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("a folder without runs of another steps: those of L-dqn have 30, asked is 31");
    assertThat(files()).isEqualTo(there);
  }

  @Test
  void seedsBeyondTheLastOneAreRefused() {
    assertThat(run("training-curves", "--seed=9223372036854775807")).isEqualTo(2);
    assertThat(err.toString()).contains("seed is 9223372036854775807, must be at most ");
  }

  @Test
  void aSurrogateThatNoCaseWouldUseIsRefused(@TempDir Path files) throws IOException {
    Path file =
        Files.write(files.resolve("s"), SurrogateFile.write(ShippedSurrogates.load("fading-awgn")));
    assertThat(run("training-curves", "--presets=reference", "--surrogate=" + file)).isEqualTo(2);
    assertThat(err.toString()).contains("must be of the channel erasure here");
    study(
        "training-curves",
        "--presets=L",
        "--agents=dqn",
        "--steps=20",
        "--evaluations=1",
        "--surrogate=" + file);
  }

  @Test
  void runsOfAnotherSurrogateAreRefused() throws IOException {
    String[] arguments = {"--agents=dqn", "--presets=L", "--steps=30", "--evaluations=1"};
    study("training-curves", arguments);
    fingerprint = "another";
    assertThat(run("training-curves", arguments)).isEqualTo(2);
    assertThat(err.toString()).contains("runs of another model: those of L-dqn have \"");
  }

  @Test
  void theLeaderboardHasEveryAgentWithinTheOptimumAndRandomActions() throws IOException {
    Path entries = folder.resolveSibling(folder.getFileName() + "-entries.csv");
    Files.writeString(
        entries,
        """
        environment,agent,seed,steps,llmEvaluations,return
        L,mine,1,500,77,-4.5
        L,mine,2,500,78,-4.25
        """);
    JsonNode result =
        study(
                "leaderboard",
                "--presets=L,varying",
                "--agents=dqn,a2c",
                "--steps=30",
                "--steps-of=a2c=40",
                "--entries=" + entries)
            .path("result");
    Files.delete(entries);
    List<String[]> board = csv("leaderboard.csv");
    assertThat(board.get(0)).startsWith("environment", "agent", "runs", "steps", "llmEvaluations");
    assertThat(board)
        .anySatisfy(row -> assertThat(row).startsWith("varying", "a2c", "2", "40", "523"))
        .anySatisfy(row -> assertThat(row).startsWith("L", "dqn", "2", "30", "523"))
        .anySatisfy(row -> assertThat(row).startsWith("L", "mine", "2", "500", "77 to 78"))
        .anySatisfy(row -> assertThat(row).startsWith("L", "random", "1", "0", "0", "0", "0", "0"));
    for (String[] row : board) {
      if (row[1].equals("optimal")) {
        // in varying as played, under the channel's courses that all agents meet
        assertThat(Double.parseDouble(row[5])).isCloseTo(1, within(1e-9));
        assertThat(row[11]).isEqualTo(row[17]);
        assertThat(Double.parseDouble(row[14])).as("its regret").isZero();
      }
      if (row[0].equals("L") && row[1].equals("mine")) {
        double optimal = Double.parseDouble(row[17]);
        double random = Double.parseDouble(row[18]);
        assertThat(Double.parseDouble(row[5]))
            .isCloseTo((-4.375 - random) / (optimal - random), within(1e-9));
      }
    }
    // in one environment only, so it has no score over all, and stands below those that have
    assertThat(result.path("overall").has("mine")).isFalse();
    List<String> table = Files.readAllLines(folder.resolve("leaderboard.md"));
    assertThat(table.get(0))
        .isEqualTo("| agent | steps | LLM evaluations | overall | L | varying |");
    assertThat(table.get(2)).startsWith("| optimal | 0 | 523 | ");
    assertThat(table.get(table.size() - 1)).startsWith("| mine | 500 | 77 to 78 |  | ");
    assertThat(table).hasSize(2 + 8);

    List<String[]> episodes = csv("test-episodes.csv");
    assertThat(episodes).hasSize(1 + 2 * 5);
    assertThat(episodes.get(1)[2]).isEqualTo(episodes.get(6)[2]);
    assertThat(csv("entries.csv")).hasSize(1 + 2 * (5 + 2 * 2) + 2);
    assertThat(Files.readString(folder.resolve("report.html"))).contains("varying", "</html>");
  }

  @Test
  void theModelBasedAgentIsChargedForWhatItAskedTheLlm() throws IOException {
    JsonNode result =
        study("leaderboard", "--presets=L,reference", "--agents=model-based-ppo", "--steps=40")
            .path("result");
    assertThat(csv("leaderboard.csv"))
        .anySatisfy(row -> assertThat(row).startsWith("L", "model-based-ppo", "2", "40", "65"))
        .anySatisfy(
            row -> assertThat(row).startsWith("reference", "model-based-ppo", "2", "40", "65"));
    JsonNode settings = result.at("/lines/0/settings/hyperparameters");
    assertThat(settings.path("agent").asText()).isEqualTo("ppo");
    assertThat(settings.at("/loop/budget").asInt()).isEqualTo(65);
    assertThat(settings.at("/hyperparameters/learningRate").isNumber()).isTrue();
  }

  @Test
  void theBestFixedSplitIsBetterThanStayingAndWorseThanTheOptimum() throws IOException {
    JsonNode result =
        study("leaderboard", "--presets=A", "--agents=dqn", "--steps=5", "--episodes=100");
    assertThat(result.at("/result/fixedSplits/A").asInt()).isBetween(2, 29);
    Map<String, Double> scores = new LinkedHashMap<>();
    for (String[] row : csv("leaderboard.csv")) {
      if (row[0].equals("A")) {
        scores.put(row[1], Double.parseDouble(row[5]));
      }
    }
    assertThat(scores.get("best fixed split")).isBetween(scores.get("always stay"), 1.0);
  }

  @Test
  void theLeaderboardIsTheSameOnAnyNumberOfThreadsAndGoesOnWhereItWas() throws IOException {
    String[] arguments = {"--presets=H", "--agents=dqn,ppo", "--steps=30"};
    study("leaderboard", with(arguments, "--threads=1"));
    Map<String, String> whole = files();
    Files.delete(folder.resolve("runs/H-ppo/seed-2.csv"));
    Files.delete(folder.resolve("entries.csv"));
    study("leaderboard", with(arguments, "--threads=3"));
    assertThat(files()).isEqualTo(whole);
  }

  @Test
  void entriesThatDontFitAreNamed() throws IOException {
    Path entries = folder.resolveSibling(folder.getFileName() + "-entries.csv");
    Map<String, String> refusals = new LinkedHashMap<>();
    String heading = "environment,agent,seed,steps,llmEvaluations,return\n";
    refusals.put("agent,return\n", "entries, line 1 is agent,return, must be the heading");
    refusals.put(heading + "L,mine,1,5,,x\n", "entries, line 2 is L,mine,1,5,,x, must be with");
    refusals.put(heading + "L,mine,1,5,-1\n", "must be of 6 cells");
    refusals.put(heading + "L,mine,1,5,,-1\nL,mine,1,5,,-2\n", "entries, line 3");
    refusals.put(heading + "L,mine,1,5,,NaN\n", "return is NaN");
    refusals.put(
        heading + "Q,mine,1,5,,-1\n", "environment of an entry is Q, must be one of [L, H]");
    refusals.put(
        heading + "L,mine,1,5,,-1\nL,mine,2,5,,-1\nH,mine,1,5,,-1\n",
        "entries of mine is {H=1, L=2} runs, must be as many in each environment");
    refusals.put(heading + "L,optimal,1,5,,-1\n", "agent of an entry is optimal");
    for (Map.Entry<String, String> refusal : refusals.entrySet()) {
      Files.writeString(entries, refusal.getKey());
      err.getBuffer().setLength(0);
      assertThat(
              run(
                  "leaderboard",
                  "--presets=L,H",
                  "--agents=dqn",
                  "--steps=5",
                  "--entries=" + entries))
          .isEqualTo(2);
      assertThat(err.toString()).contains(refusal.getValue());
    }
    Files.delete(entries);
    assertThat(run("leaderboard", "--agents=dqn", "--steps-of=ppo=5")).isEqualTo(2);
    assertThat(err.toString()).contains("--steps-of is ppo, must be one of the agents [dqn]");
    assertThat(run("leaderboard", "--agents=dqn", "--actions=3,5")).isEqualTo(2);
    assertThat(err.toString()).contains("--actions is several, must be one number");
    assertThat(run("action-spaces", "--steps-of=ppo=5")).isEqualTo(2);
    assertThat(err.toString()).contains("must be left out unless the study is leaderboard");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void wrongUseIsNamed() {
    assertThat(run("curves")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "study is curves, must be one of training-curves, split-against-noise, action-spaces,"
                + " leaderboard");
    assertThat(run("training-curves", "--agents=ppo,ppo")).isEqualTo(2);
    assertThat(err.toString()).contains("--agents is [ppo, ppo], must be without repetition");
    assertThat(run("training-curves", "--agents=sarsa")).isEqualTo(2);
    assertThat(run("training-curves", "--evaluations=0")).isEqualTo(2);
    assertThat(run("training-curves", "--steps=5", "--evaluations=6")).isEqualTo(2);
    assertThat(run("split-against-noise", "--sigmas=2")).isEqualTo(2);
    assertThat(run("action-spaces", "--m=3")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--m is 3.0, must be left out unless the study is split-against-noise");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anotherLibrarysRunsAreOrderedDrawnBesideAndJudged() throws IOException {
    String[] arguments = {"--agents=ppo", "--steps=40", "--evaluations=2"};
    JsonNode alone = study("peers", arguments);
    assertThat(alone.at("/result/findings/0").asText()).contains("ppo has no peer yet");
    JsonNode order = JSON.readTree(folder.resolve("peers.json").toFile());
    JsonNode line = order.at("/lines/0");
    assertThat(line.path("folder").asText()).isEqualTo("reference-ppo");
    assertThat(line.path("starts")).hasSize(5);
    assertThat(line.at("/starts/0/sigma").asDouble()).isBetween(0.01, 0.3);
    assertThat(line.at("/environment/actions").asInt()).isEqualTo(9);
    assertThat(line.at("/hyperparameters/batchSize").asInt()).isEqualTo(100);

    ObjectNode settings = JSON.createObjectNode();
    for (String name : List.of("agent", "hyperparameters", "environment", "model")) {
      settings.set(name, line.path(name));
    }
    for (String name : List.of("steps", "evaluations", "episodes", "evaluationSeed")) {
      settings.set(name, order.path(name));
    }
    Path peer = Files.createDirectory(folder.resolve("runs/reference-ppo-sb3"));
    JSON.writeValue(peer.resolve("settings.json").toFile(), settings);
    Files.copy(folder.resolve("runs/reference-ppo/seed-1.csv"), peer.resolve("seed-1.csv"));
    JsonNode same = study("peers", arguments);
    assertThat(same.at("/result/findings/0").asText()).contains("ppo agrees with ppo-sb3 within");
    assertThat(same.at("/result/lines")).hasSize(2);
    assertThat(Files.readString(folder.resolve("report.html"))).contains("ppo-sb3, 1 runs");

    Files.writeString(peer.resolve("seed-1.csv"), "steps,return\n20,1000\n40,1000\n");
    assertThat(study("peers", arguments).at("/result/findings/0").asText())
        .contains("ppo DISAGREES with ppo-sb3");

    settings.put("steps", 41);
    JSON.writeValue(peer.resolve("settings.json").toFile(), settings);
    assertThat(run("peers", arguments)).isEqualTo(2);
    assertThat(err.toString()).contains("runs of another steps");
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
                    new OpenModels(new FakeModels(fingerprint), () -> {})));
    line.setOverwrittenOptionsAllowed(true);
    return CommandRun.of(
        line,
        out,
        err,
        with(new String[] {name, "--out=" + folder, "--seeds=2", "--episodes=5"}, arguments));
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private List<String[]> csv(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name)).stream()
        .map(line -> line.split(",", -1))
        .toList();
  }

  /** The data files, by their paths. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(path -> path.toString().matches(".*\\.(csv|json)")).toList()) {
        files.put(folder.relativize(file).toString(), Files.readString(file));
      }
    }
    return files;
  }
}
