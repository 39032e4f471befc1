package io.splitgym.cli;

import io.splitgym.perplexity.LlmBenchmark;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks, each beside what it is to be compared with. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures speed, each time beside a peer in the same run.",
    subcommands = {
      BenchCommand.Llm.class,
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

  /** A step on the LLM against one full forward pass, and that against plain matrix products. */
  @Command(
      name = "llm",
      mixinStandardHelpOptions = true,
      description = {
        "Times a step on the LLM, with hidden states kept, against one full forward pass of the"
            + " same text, and that pass against plain matrix products of the same sizes.",
        "Medians over the repeats; all in turn in one run."
      })
  static final class Llm implements Callable<Integer> {
    @Mixin private final ModelsOption models = new ModelsOption();
    @Mixin private final TextOption text = new TextOption();
    @Mixin private final WindowsOption windows = new WindowsOption(256, 2048);
    @Mixin private final ThreadsOption threads = new ThreadsOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(
        names = "--splits",
        paramLabel = "1,2,5-8",
        defaultValue = "1,5,10,15,20,25,29",
        description = "Splits over which a step is averaged (default: ${DEFAULT-VALUE}).")
    private String splits = "1,5,10,15,20,25,29";

    @Option(
        names = "--repeats",
        paramLabel = "N",
        defaultValue = "5",
        description = "Default: ${DEFAULT-VALUE}.")
    private int repeats = 5;

    @Override
    public Integer call() throws IOException {
      int workers = threads.count();
      try (ProgressLine progress = new ProgressLine("timing", "rounds");
          var model = LlmEvaluators.load(models.store().resolve(text.model()))) {
        int deepest = model.decoder().shape().layers() - 1;
        List<Integer> chosen = IntegerRanges.parse("--splits", splits, 1, deepest);
        LlmBenchmark.Result result =
            LlmBenchmark.run(
                model,
                text.corpus(),
                windows.window(),
                windows.maxTokens(),
                workers,
                chosen,
                repeats,
                done -> progress.update(done, repeats));
        output.print(result, text(result));
        return 0;
      }
    }

    private static String text(LlmBenchmark.Result result) {
      StringBuilder table = new StringBuilder("split   seconds a step\n");
      for (int i = 0; i < result.splits().size(); i++) {
        table.append(
            String.format(
                Locale.ROOT, "%5d   %.3f%n", result.splits().get(i), result.splitSeconds().get(i)));
      }
      return table
          + String.format(
              Locale.ROOT,
              "a step, mean over the splits  %.3f s%n"
                  + "one full forward pass         %.3f s, %.2f times a step%n"
                  + "its matrix products           %.0f GFLOP/s%n"
                  + "plain products, same sizes    %.0f GFLOP/s (the pass reaches %.0f %%)",
              result.stepSeconds(),
              result.fullForwardSeconds(),
              result.stepSpeedup(),
              result.fullForwardRate(),
              result.plainProductsRate(),
              100 * result.shareOfPlainProducts());
    }
  }
}
