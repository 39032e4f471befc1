package io.splitgym.cli;

import io.splitgym.backend.AnalyticEvaluators;
import io.splitgym.measurement.AnalyticEvaluator;
import picocli.CommandLine;

/** The command {@code measure} on a slow formula, in a process that can be given a signal. */
final class MeasureInAnotherProcess {
  private MeasureInAnotherProcess() {}

  public static void main(String[] arguments) {
    AnalyticEvaluators evaluators = new AnalyticEvaluators(new AnalyticEvaluator(6, 3, 250));
    System.exit(new CommandLine(new MeasureCommand(evaluators)).execute(arguments));
  }
}
