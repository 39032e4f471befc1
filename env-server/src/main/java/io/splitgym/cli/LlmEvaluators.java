package io.splitgym.cli;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.hub.ModelFile;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.TransformerShape;
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
final class LlmEvaluators implements EvaluatorSource {
  @Override
  public SplitEvaluator open(
      ModelStore models, TextOption text, int window, int stride, int maxTokens, int threads)
      throws IOException {
    LanguageModel model = load(models.resolve(text.model()));
    try {
      return LlmEvaluator.owning(
          model,
          text.corpus(),
          window,
          stride,
          maxTokens,
          threads,
          LlmEvaluator.DEFAULT_CACHE_BYTES);
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public double noiseUnit(ModelStore models, TextOption text, DataOption data) {
    try {
      ModelFile file = models.resolve(text.model());
      Path kept = data.folder().resolve("noise-units").resolve(file.sha256() + ".txt");
      if (Files.exists(kept)) {
        try {
          return Double.parseDouble(Files.readString(kept, StandardCharsets.UTF_8).strip());
        } catch (NumberFormatException e) {
          // damaged: what follows writes it anew
        }
      }
      double unit;
      try (LanguageModel model = load(file)) {
        unit = NoiseUnit.of(model);
      }
      WholeFile.write(kept, unit + "\n");
      return unit;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int context(ModelStore models, TextOption text) throws IOException {
    return TransformerShape.of(Checkpoint.open(models.resolve(text.model()).path())).context();
  }

  static LanguageModel load(ModelFile file) throws IOException {
    return LanguageModel.load(file.name(), file.sha256().toString(), file.path());
  }
}
