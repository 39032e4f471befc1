package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.backend.AnalyticEvaluators;
import io.splitgym.measurement.AnalyticEvaluator;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class PerplexityCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final AnalyticEvaluator evaluator = new AnalyticEvaluator(6, 3, 0);

  private int run(String... more) {
    List<String> arguments = new ArrayList<>(List.of("--data=" + folder, "--precision=f32"));
    arguments.addAll(List.of(more));
    return new CommandLine(new PerplexityCommand(new AnalyticEvaluators(evaluator)))
        .setOut(new PrintWriter(out))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              out.append(failure.getMessage());
              return 2;
            })
        .execute(arguments.toArray(String[]::new));
  }

  /** It would be the perplexity without them, and look as if it were theirs. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--codec=int4 | --codec is int4",
        "--m=0.1 | --m is 0.1",
        "--channel=erasure | --channel is erasure",
        "--not-equalised | --not-equalised is true",
        "--protect-greatest=3 | --protect-greatest is 3",
        "--draws=4 | --draws is 4",
      })
  void whatOnlyAChannelHasAUseForIsRefusedWithoutOne(String option, String named) {
    assertThat(run(option)).isEqualTo(2);
    assertThat(out.toString()).isEqualTo(named + ", must be left out without --split and --sigma");
    assertThat(evaluator.evaluations()).isZero();
  }

  @Test
  void aStateThatIsNoneIsRefusedBeforeAnyWork() {
    assertThat(run("--split=2", "--sigma=0.1", "--m=0.1")).isEqualTo(2);
    assertThat(out.toString()).startsWith("m is 0.1, must be ");
    assertThat(evaluator.evaluations()).isZero();
  }

  @Test
  void behindAChannelTheyAreTaken() {
    assertThat(run("--split=2", "--sigma=0.1", "--m=2", "--channel=erasure", "--draws=2", "--json"))
        .isZero();
    assertThat(out.toString()).contains("\"channel\"", "erasure", "\"draws\" : 2");
  }
}
