package io.splitgym.cli;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.ModelFile;
import io.splitgym.generation.SplitTextGenerator;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * Text from a split model at several noises, for a reader: the mixin of the command that shows it.
 */
public final class GenerateOption {
  private static final List<Double> NOISES = List.of(0.0, 0.03, 0.1, 0.2, 0.3);
  private static final int WINDOW = 256;
  private static final int PERPLEXITY_TOKENS = 1024;
  private static final int LINE = 92;

  @Option(
      names = "--generate",
      description =
          "Instead of an episode: show what the LLM writes on from a prompt, split after --p layers,"
              + " behind the channel, without noise and at several sigma, or at --sigma alone; and"
              + " its perplexity there.")
  private boolean asked;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "The sea was calm that morning, and",
      description = "With --generate: what to write on from (default: \"${DEFAULT-VALUE}\").")
  private String prompt = "";

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "40",
      description = "With --generate: how many tokens (default: ${DEFAULT-VALUE}).")
  private int tokens = 40;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description =
          "With --generate: 0 takes the likeliest token each time, others draw (default:"
              + " ${DEFAULT-VALUE}).")
  private double temperature;

  /**
   * What came of one noise.
   *
   * @param perplexity on the shipped text's first 1,024 tokens behind the same channel, one draw
   */
  record Written(double sigma, double perplexity, String text) {}

  /** Whether text is wanted. */
  public boolean asked() {
    return asked;
  }

  /**
   * Refuses what only text has a use for where none is wanted.
   *
   * @param command that this is the mixin of
   */
  public void requireNone(CommandSpec command) {
    if (!asked) {
      UnusedOptions.refuse(command, Set.of(GenerateOption.class), "without --generate");
    }
  }

  /**
   * Generates and prints.
   *
   * @param model the name or path of the LLM
   * @param split p, or null for half of the layers
   * @param sigma the one noise intensity, or null for several
   * @param shape the Nakagami shape, or null for 1
   */
  public void run(
      String model,
      ModelsOption models,
      DataOption data,
      PrecisionOption precision,
      HiddenStatesOption hiddenStates,
      ChannelChoice choice,
      @Nullable Integer split,
      @Nullable Double sigma,
      @Nullable Double shape,
      long seed,
      OutputOption output)
      throws IOException {
    ModelFile file = models.store().resolve(model);
    try (LanguageModel llm = LlmEvaluators.load(file, precision.in(data))) {
      int layers = llm.decoder().shape().layers();
      int at = split != null ? split : layers / 2;
      if (at < 1 || at >= layers) {
        throw new InvalidValueException("--p", at, "in [1, " + (layers - 1) + "]");
      }
      double m = shape != null ? shape : 1;
      Path folder = data.folder();
      Channel channel = choice.channel(() -> LlmEvaluators.noiseUnit(file, llm, folder));
      int window = Math.min(WINDOW, llm.decoder().shape().context());
      List<Written> all = new ArrayList<>();
      try (LlmEvaluator evaluator =
          new LlmEvaluator(
              llm,
              Corpus.shipped(),
              window,
              llm.room(window),
              PERPLEXITY_TOKENS,
              Runtime.getRuntime().availableProcessors(),
              hiddenStates.bounds())) {
        for (double intensity : sigma != null ? List.of(sigma) : NOISES) {
          Transmission transmission =
              intensity == 0 && channel.exactAtLevelZero()
                  ? new Transmission.Clean()
                  : new Transmission.AtState(channel, new ChannelState(intensity, m));
          double perplexity = Math.exp(evaluator.evaluate(at, transmission, seed).mean());
          int[] written =
              new SplitTextGenerator(llm, at, transmission)
                  .generate(prompt, tokens, temperature, RandomStream.ofSeed(seed));
          all.add(new Written(intensity, perplexity, llm.tokenizer().decode(written)));
        }
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("model", llm.name());
      document.put("split", at);
      document.put("layers", layers);
      document.put("precision", llm.decoder().precision().text());
      document.put("channel", channel.name());
      document.put("channelParameters", channel.settings());
      document.put("m", m);
      document.put("seed", seed);
      document.put("temperature", temperature);
      document.put("prompt", prompt);
      document.put("written", all);
      output.print(
          document,
          String.format(
                  Locale.ROOT,
                  "%s split after layer %d of %d, %s, m %s, seed %d%n%nPrompt: %s",
                  llm.name(),
                  at,
                  layers,
                  channel.name(),
                  m,
                  seed,
                  prompt)
              + text(all, channel.exactAtLevelZero() ? "0 (no channel)" : "0 (no noise)"));
    }
  }

  private static String text(List<Written> all, String silent) {
    StringBuilder text = new StringBuilder();
    for (Written written : all) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%nsigma %s, perplexity %s%n%s",
              written.sigma == 0 ? silent : Double.toString(written.sigma),
              brief(written.perplexity),
              folded(written.text)));
    }
    return text.toString();
  }

  private static String brief(double perplexity) {
    return String.format(Locale.ROOT, perplexity < 100 ? "%,.1f" : "%,.0f", perplexity);
  }

  /** In lines that a terminal shows whole, with nothing that a terminal would obey. */
  private static String folded(String text) {
    StringBuilder lines = new StringBuilder("  ");
    int column = 0;
    for (String word : text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip().split(" ", -1)) {
      if (column > 0 && column + word.length() >= LINE) {
        lines.append(System.lineSeparator()).append("  ");
        column = 0;
      }
      lines.append(column == 0 ? "" : " ").append(word);
      column += word.length() + 1;
    }
    return lines.toString();
  }
}
