package io.splitgym.agents.cli;

import io.splitgym.agents.learning.Learner;
import io.splitgym.agents.modelbased.ActiveLoop;
import io.splitgym.agents.modelbased.Ledger;
import io.splitgym.agents.modelbased.LevelGrid;
import io.splitgym.agents.modelbased.LoopOptions;
import io.splitgym.agents.modelbased.StoredCells;
import io.splitgym.agents.policy.Policy;
import io.splitgym.backend.EvaluatorSource;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.ProgressLine;
import io.splitgym.cli.WindowsOption;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Learns a policy for an LLM of this machine while evaluating it as little as may be. */
@Command(
    name = "active",
    mixinStandardHelpOptions = true,
    description = {
      "Learns a policy for an LLM on this machine with few evaluations of it: fits an ensemble of"
          + " networks to what was measured, trains on what it predicts, measures the cells of which"
          + " it is least sure, and begins again, until the budget is spent.",
      "",
      "A cell is a split at a level of the channel. What is measured is in the store before the"
          + " next cell is begun: a run that was killed comes back to where it was without"
          + " measuring again. The same measurements and seed give the same policy.",
      "",
      "Seconds are wall time from the command's start, loading, measuring, fitting and training"
          + " together. For a cell that was found in the store they have what it took when it was"
          + " measured, so that a run that was broken off tells in the end what it would have taken"
          + " in one go."
    })
final class ActiveCommand implements Callable<Integer> {
  private static final double NANOS = 1e9;

  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final WindowsOption windows = new WindowsOption(256, 2048);
  @Mixin private final LoopOption loop = new LoopOption();
  @Mixin private final LoopTaskOption task = new LoopTaskOption();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "40000",
      description = "Steps of the training in each round (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "Of everything that is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description =
          "Keep the policy as safetensors, for: play --policy FILE; each round's takes the place of"
              + " the one before.")
  private @Nullable Path save;

  ActiveCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    Require.positive("--steps", steps);
    Learner<?> learner = task.learner();
    LoopOptions options = loop.options();
    KeptPolicy.requireWritable(save);
    List<Map<String, Object>> rounds = new ArrayList<>();
    StringBuilder text =
        new StringBuilder("round  evaluations  spread in nats  seconds of the LLM  seconds in all");
    try (LevelSweep llm =
        LevelSweep.open(
            evaluators,
            models,
            data,
            precision,
            hiddenStates,
            task.model(),
            task.preset().channel(),
            task.levels(),
            windows,
            1)) {
      LevelGrid grid =
          new LevelGrid(
              llm.channel(),
              llm.evaluator().layers(),
              llm.levels(),
              SplitRange.ofModel(llm.evaluator().layers()));
      SplitInferenceParameters parameters = task.parameters(grid.layers());
      Ledger ledger = new Ledger(new StoredCells(grid, llm.evaluator(), llm.store()));
      try (ProgressLine progress = new ProgressLine("training", "steps")) {
        long total = (long) steps * options.rounds(grid);
        new ActiveLoop(grid, parameters, learner, options, steps)
            .run(
                ledger,
                seed,
                new ActiveLoop.Listener() {
                  @Override
                  public void trained(int round, long done) {
                    progress.update((long) steps * (round - 1) + done, total);
                  }

                  @Override
                  public void ended(ActiveLoop.Round round) {
                    keep(round.policy(), learner, llm);
                    double seconds = seconds(start, ledger);
                    rounds.add(entry(round, ledger, seconds));
                    text.append(
                        String.format(
                            Locale.ROOT,
                            "%n%5d  %11d  %14.4f  %18.1f  %14.1f",
                            round.number(),
                            round.evaluations(),
                            round.spread(),
                            ledger.seconds(),
                            seconds));
                  }
                });
      }
      long measuredNow = llm.store().evaluations();
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("agent", task.agent());
      document.put("hyperparameters", learner.hyperparameters());
      document.put("setting", llm.evaluator().setting());
      document.put("channel", llm.channel().description());
      document.put("loop", options);
      document.put("seed", seed);
      document.put("steps", steps);
      document.put("rounds", rounds);
      document.put("evaluations", ledger.evaluations());
      document.put("measuredNow", measuredNow);
      document.put("llmSeconds", ledger.seconds());
      document.put("seconds", seconds(start, ledger));
      document.put("policy", save == null ? null : save.toString());
      text.append(
          String.format(
              Locale.ROOT,
              "%n%d of %d cells, %d of them measured now",
              ledger.evaluations(),
              grid.cells().size() + 1,
              measuredNow));
      output.print(document, text.toString());
    }
    return 0;
  }

  /** Up to now, as if nothing had been measured before the command's start. */
  private static double seconds(long start, Ledger ledger) {
    return (System.nanoTime() - start) / NANOS + ledger.secondsFound();
  }

  private static Map<String, Object> entry(ActiveLoop.Round round, Ledger ledger, double seconds) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("round", round.number());
    entry.put("evaluations", round.evaluations());
    entry.put("measured", round.measured());
    entry.put("spread", round.spread());
    entry.put("llmSeconds", ledger.seconds());
    entry.put("fitSeconds", round.fitSeconds());
    entry.put("trainSeconds", round.trainSeconds());
    entry.put("seconds", seconds);
    return entry;
  }

  private void keep(Policy policy, Learner<?> learner, LevelSweep llm) {
    Map<String, Object> about =
        Map.of(
            "backend", "ensemble of " + task.model(),
            "fingerprint", llm.evaluator().setting().fingerprint(),
            "preset", task.preset().id(),
            "channel", llm.channel().description(),
            "actions", task.actions(),
            "steps", steps,
            "seed", seed,
            "hyperparameters", learner.hyperparameters());
    try {
      KeptPolicy.write(save, task.agent(), policy, about);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
