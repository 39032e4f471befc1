package io.splitgym.agents.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.evaluation.BenchmarkSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/leaderboard.md shows the table that the study wrote; -DwriteDocs=true puts it there. */
class LeaderboardPageTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final String START = "<!-- leaderboard -->\n";
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
