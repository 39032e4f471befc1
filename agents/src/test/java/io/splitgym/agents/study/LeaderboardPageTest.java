package io.splitgym.agents.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.evaluation.BenchmarkSeeds;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.agents.optimal.GreedySurrogateAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/leaderboard.md shows the table that the study wrote; -DwriteDocs=true puts it there. */
class LeaderboardPageTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final String START = "<!-- leaderboard -->\n";
  // the surrogate is of float32: its sums may be added in another order in another version
  private static final Offset<Double> NEARLY = within(1e-5);
  private static final String END = "<!-- end of leaderboard -->";

  @Test
  void pageHasTheTableOfTheStudy() throws IOException {
    Path page = DOCS.resolve("leaderboard.md");
    String document = Files.readString(page);
    String table = Files.readString(DOCS.resolve("studies/leaderboard/leaderboard.md"));
    int from = document.indexOf(START) + START.length();
    int to = document.indexOf(END);
    if (Boolean.getBoolean("writeDocs")) {
      Files.writeString(page, document.substring(0, from) + table + document.substring(to));
      return;
    }
    assertThat(document.substring(from, to))
        .as("the table in docs/leaderboard.md, which -DwriteDocs=true on this test rewrites")
        .isEqualTo(table);
  }

  /**
   * What needs no training is made again here: the episodes, what the optimum and random actions
   * return in them, and the greedy rule. Where the channel's course is random that takes minutes,
   * so there the episodes alone.
   */
  @ParameterizedTest
  @EnumSource(Preset.class)
  void theStudysNumbersAreThoseOfTheProgram(Preset preset) throws IOException {
    SurrogateModel model = ShippedSurrogates.load(preset.channel());
    SplitInferenceParameters parameters = SplitInferenceParameters.of(preset, model.layers());
    Episodes episodes = new Episodes(BenchmarkSeeds.TEST_SEED, BenchmarkSeeds.TEST_EPISODES);
    Optimum optimum = Optimum.of(model, parameters);
    List<String[]> tests = rows("test-episodes.csv", 0, preset.id());
    assertThat(tests).hasSize(episodes.count());
    try (var environment =
        new SplitInferenceEnvironment(model, "surrogate", parameters, RandomStream.ofSeed(0))) {
      List<EnvironmentState.Episode> starts = episodes.starts(environment);
      for (int i = 0; i < starts.size(); i++) {
        EnvironmentState.Episode start = starts.get(i);
        assertThat(tests.get(i)[2]).isEqualTo(Long.toString(episodes.environmentSeed(i)));
        assertThat(number(tests.get(i)[3])).isEqualTo(start.now().sigma());
        assertThat(number(tests.get(i)[4])).isEqualTo(start.now().m());
        assertThat(tests.get(i)[5]).isEqualTo(Integer.toString(start.split()));
      }
      if (preset == Preset.VARYING) {
        return;
      }
      StartReturns anchors = StartReturns.mean(episodes.anchors(environment, optimum));
      assertThat(returned(preset, "optimal")).isCloseTo(anchors.optimal(), NEARLY);
      assertThat(returned(preset, "random")).isCloseTo(anchors.random(), NEARLY);
      assertThat(returned(preset, "always stay")).isCloseTo(anchors.alwaysStay(), NEARLY);
      double greedy =
          episodes.meanReturn(environment, new GreedySurrogateAgent(optimum, parameters));
      assertThat(returned(preset, "greedy on the surrogate")).isCloseTo(greedy, NEARLY);
      for (String[] row : rows("leaderboard.csv", 0, preset.id())) {
        assertThat(number(row[5]))
            .as("score of %s", row[1])
            .isLessThanOrEqualTo(1)
            .isBetween(number(row[6]), number(row[7]));
        if (number(row[2]) == 1) {
          assertThat(number(row[5])).isCloseTo(anchors.score(number(row[11])), NEARLY);
        }
      }
    }
  }

  private static double returned(Preset preset, String agent) throws IOException {
    return rows("leaderboard.csv", 0, preset.id()).stream()
        .filter(row -> row[1].equals(agent))
        .mapToDouble(row -> number(row[11]))
        .findFirst()
        .orElseThrow();
  }

  private static List<String[]> rows(String file, int column, String value) throws IOException {
    return Files.readAllLines(DOCS.resolve("studies/leaderboard").resolve(file)).stream()
        .map(line -> line.split(",", -1))
        .filter(row -> row[column].equals(value))
        .toList();
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  @Test
  void documentedSeedsAreThoseThatAreUsed() throws IOException {
    assertThat(Files.readString(DOCS.resolve("environments/README.md")))
        .contains(
            "| training | "
                + BenchmarkSeeds.FIRST_TRAINING_SEED
                + " to "
                + (BenchmarkSeeds.FIRST_TRAINING_SEED + BenchmarkSeeds.TRAINING_SEEDS - 1)
                + " |")
        .contains(
            "| testing | "
                + BenchmarkSeeds.TEST_SEED
                + " | fixes "
                + BenchmarkSeeds.TEST_EPISODES
                + " test episodes");
  }

  @Test
  void committedStudyHasTheBenchmarksSeedsAndEpisodes() throws IOException {
    assertThat(Files.readString(DOCS.resolve("studies/leaderboard/study.json")))
        .contains("\"evaluationSeed\" : " + BenchmarkSeeds.TEST_SEED)
        .contains("\"episodes\" : " + BenchmarkSeeds.TEST_EPISODES);
  }
}
