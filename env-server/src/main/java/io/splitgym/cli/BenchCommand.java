package io.splitgym.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks, each beside what it is to be compared with. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures speed, each time beside a peer in the same run.",
    subcommands = {
      LlmBenchmarkCommand.class,
      SurrogateBenchmark.class,
      StartupBenchmark.class,
      ServerBenchmark.class,
      EmptyServerCommand.class,
      CommandLine.HelpCommand.class
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "bench needs one of: llm, surrogate, startup, server");
  }
}
