package io.splitgym.cli;

import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.perplexity.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which LLM on which text: the mixin of every command that runs one. */
final class TextOption {
  @Option(
      names = "--model",
      paramLabel = "M",
      defaultValue = Catalogue.DEFAULT,
      description =
          "A name (see: model list), a GGUF file or a Hugging Face folder"
              + " (default: ${DEFAULT-VALUE}).")
  private String model = Catalogue.DEFAULT;

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      description = "Evaluation text in UTF-8 (default: the one that is shipped).")
  private @Nullable Path corpus;

  /** That model on the shipped text. */
  static TextOption of(String model) {
    TextOption option = new TextOption();
    option.model = model;
    return option;
  }

  String model() {
    return model;
  }

  Corpus corpus() throws IOException {
    return corpus == null ? Corpus.shipped() : Corpus.of(corpus);
  }
}
