package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is refused before a model is loaded. */
class LlmBenchmarkCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--profile --repeats=3 | --repeats is 3, must be left out with --profile",
        "--profile --walk-on=f32 | --walk-on is [f32], must be left out with --profile",
        "--walk-steps=0 | --walk-steps is 0, must be in [1, 1000000]",
        "--precisions=bf16 --walk-on=int8 | --walk-on is int8, must be of those timed: [f32, bf16]"
      })
  void whatHasNoUseIsRefused(String arguments, String message) {
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine();
    line.setErr(new PrintWriter(err, true));
    String[] words = ("bench llm " + arguments).split(" ");
    assertThat(line.execute(words)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }
}
