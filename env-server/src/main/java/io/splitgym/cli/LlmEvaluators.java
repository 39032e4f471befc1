package io.splitgym.cli;

import io.splitgym.backend.EvaluatorSource;
import io.splitgym.checkpoint.hub.ModelFile;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.perplexity.NoiseUnit;
import io.splitgym.perplexity.SplitEvaluator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Real LLMs from the models folder. */
public final class LlmEvaluators implements EvaluatorSource {
  @Override
  public Loaded load(ModelStore models, String model, Precision precision) throws IOException {
    ModelFile file = models.resolve(model);
    return new Llm(file, load(file, precision));
  }

  static LanguageModel load(ModelFile file, Precision precision) throws IOException {
    return LanguageModel.load(file.name(), file.sha256().toString(), file.path(), precision);
  }

  /**
   * The noise unit that belongs to a model, whatever the precision in which it runs.
   *
   * @param model of that file
   * @param data where it is kept once it was computed
   */
  static double noiseUnit(ModelFile file, LanguageModel model, Path data) {
    Path kept = data.resolve("noise-units").resolve(model.hash() + ".txt");
    try {
      if (Files.exists(kept)) {
        try {
          return Double.parseDouble(Files.readString(kept, StandardCharsets.UTF_8).strip());
        } catch (NumberFormatException e) {
          // damaged: what follows writes it anew
        }
      }
      double unit = inFloat32(file, model);
      WholeFile.write(kept, unit + "\n");
      return unit;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double inFloat32(ModelFile file, LanguageModel model) throws IOException {
    if (model.decoder().precision() == Precision.F32) {
      return NoiseUnit.of(model);
    }
    try (LanguageModel exact = load(file, Precision.F32)) {
      return NoiseUnit.of(exact);
    }
  }

  private record Llm(ModelFile file, LanguageModel model) implements Loaded {
    @Override
    public int context() {
      return model.decoder().shape().context();
    }

    @Override
    public int room(int window) {
      return model.room(window);
    }

    @Override
    public double noiseUnit(Path data) {
      return LlmEvaluators.noiseUnit(file, model, data);
    }

    @Override
    public SplitEvaluator evaluator(
        Corpus corpus, int window, int stride, int maxTokens, int threads, HiddenStateBounds kept) {
      return new LlmEvaluator(model, corpus, window, stride, maxTokens, threads, kept);
    }

    @Override
    public void close() {
      model.close();
    }
  }
}
