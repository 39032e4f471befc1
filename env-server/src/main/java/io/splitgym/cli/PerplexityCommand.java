package io.splitgym.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The perplexity of a model on a text: whole, or split with a channel in between. */
@Command(
    name = "perplexity",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a model's perplexity on a text.",
      "",
      "Each window scores the tokens that no window before it covered, except its own first. With"
          + " --split, the hidden state after that layer goes through the channel, and the result"
          + " is the mean over the draws. Nothing is read from or written to the store."
    })
final class PerplexityCommand implements Callable<Integer> {
  private static final int DEFAULT_WINDOW = 1024;
  private static final int ANY_SPLIT = 1;

  /** What only a channel has a use for. */
  private static final Set<Class<?>> OF_THE_CHANNEL =
      Set.of(
          ChannelOption.class, ChannelParametersOption.class, ShapeOption.class, DrawsOption.class);

  private final EvaluatorSource evaluators;

  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final TextOption text = new TextOption();
  @Mixin private final ChannelOption channelOption = new ChannelOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final StrideOption stride = new StrideOption();
  @Mixin private final DrawsOption draws = new DrawsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens in a window (default: 1024, or the model's context if that is less).")
  private @Nullable Integer window;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "How many of the text's first tokens are used (default: all).")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--split",
      paramLabel = "P",
      description = "Layers on the user equipment, 1 to L-1; without it there is no channel.")
  private @Nullable Integer split;

  @Option(names = "--sigma", paramLabel = "S", description = "Noise intensity, in [0, 1).")
  private @Nullable Double sigma;

  @Mixin private final ShapeOption shape = new ShapeOption();

  @Spec private CommandSpec command;

  PerplexityCommand(EvaluatorSource evaluators) {
    this.evaluators = evaluators;
  }

  /** What {@code --json} prints. */
  record Report(
      double nll,
      @Nullable Double nllStandardError,
      @Nullable Double bitsPerToken,
      double perplexity,
      int tokens,
      double seconds,
      @Nullable Behind behind,
      EvaluationSetting setting) {}

  /** The split and the channel, where there are any. */
  record Behind(
      int split,
      String channel,
      Map<String, Object> channelParameters,
      double sigma,
      double m,
      int draws,
      long seed) {}

  @Override
  public Integer call() throws IOException {
    if ((split == null) != (sigma == null)) {
      throw new InvalidValueException(
          split == null ? "--split" : "--sigma", "missing", "given with the other of the two");
    }
    if (split == null) {
      UnusedOptions.refuse(command, OF_THE_CHANNEL, "without --split and --sigma");
    }
    @Nullable ChannelState state = sigma == null ? null : new ChannelState(sigma, shape.m());
    int workers = threads.count();
    try (EvaluatorSource.Loaded model =
        evaluators.load(models.store(), text.model(), precision.in(data))) {
      int length = window != null ? window : Math.min(DEFAULT_WINDOW, model.context());
      try (SplitEvaluator evaluator =
          model.evaluator(
              text.corpus(),
              length,
              stride.of(model.room(length)),
              maxTokens != null ? maxTokens : Integer.MAX_VALUE,
              workers,
              hiddenStates.bounds())) {
        Report report =
            split == null || state == null
                ? measure(evaluator, ANY_SPLIT, new Transmission.Clean(), null)
                : behindChannel(model, evaluator, split, state);
        output.print(report, text(report));
        return 0;
      }
    }
  }

  private Report behindChannel(
      EvaluatorSource.Loaded model, SplitEvaluator evaluator, int layer, ChannelState state) {
    Channel channel = channelOption.channel(() -> model.noiseUnit(data.folder()));
    Behind behind =
        new Behind(
            layer,
            channel.name(),
            channel.settings(),
            state.sigma(),
            state.m(),
            draws.count(),
            draws.seed());
    return measure(evaluator, layer, new Transmission.AtState(channel, state), behind);
  }

  private Report measure(
      SplitEvaluator evaluator, int layer, Transmission transmission, @Nullable Behind behind) {
    long start = System.nanoTime();
    SummaryStatistics means = new SummaryStatistics();
    int tokens = 0;
    @Nullable Double bits = null;
    int repeats = behind == null ? 1 : draws.count();
    try (ProgressLine progress = new ProgressLine("evaluating", "draws")) {
      for (int draw = 0; draw < repeats; draw++) {
        WindowLosses losses = evaluator.evaluate(layer, transmission, draws.seed() + draw);
        means.addValue(losses.mean());
        tokens = losses.scoredTokens();
        bits = losses.bitsPerToken().isPresent() ? losses.bitsPerToken().getAsDouble() : null;
        if (repeats > 1) {
          progress.update(draw + 1, repeats);
        }
      }
    }
    double nll = means.getMean();
    return new Report(
        nll,
        repeats == 1 ? null : means.getStandardDeviation() / Math.sqrt(repeats),
        bits,
        Math.exp(nll),
        tokens,
        (System.nanoTime() - start) / 1e9,
        behind,
        evaluator.setting());
  }

  private static String text(Report report) {
    Double error = report.nllStandardError();
    Behind behind = report.behind();
    return String.format(
        Locale.ROOT,
        "perplexity %.4f, computed in %s%nnll        %.6f nats%s%ntokens     %,d scored, windows of %,d, stride"
            + " %,d%n%stime       %.1f s",
        report.perplexity(),
        report.setting().precision(),
        report.nll(),
        error == null ? "" : String.format(Locale.ROOT, " +- %.6f", error),
        report.tokens(),
        report.setting().window(),
        report.setting().stride(),
        behind == null
            ? ""
            : String.format(
                Locale.ROOT,
                "split      after layer %d, %s %s, sigma %s, m %s, %d draws%n"
                    + "sent       %,.1f bits for each token%n",
                behind.split(),
                behind.channel(),
                behind.channelParameters(),
                behind.sigma(),
                behind.m(),
                behind.draws(),
                report.bitsPerToken()),
        report.seconds());
  }
}
