package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.decoder.Decoder;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongWindowTest {
  private static final int CONTEXT = 1_000_000;

  /** A small model that claims a context whose attention no machine has the memory for. */
  private static LanguageModel model(Path folder) throws IOException, URISyntaxException {
    Path fixture = Path.of(Decoder.class.getResource("tiny-llama").toURI());
    try (Stream<Path> files = Files.list(fixture)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst(
                "\"max_position_embeddings\": *\\d+", "\"max_position_embeddings\": " + CONTEXT));
    return LanguageModel.load("tiny", "0", folder);
  }

  @Test
  void aWindowThatMemoryHasNoRoomForIsRefusedBeforeAnythingIsEvaluated(@TempDir Path folder)
      throws IOException, URISyntaxException {
    Corpus corpus = new Corpus("long", Corpus.shipped().text().repeat(20));
    try (LanguageModel model = model(folder)) {
      assertThatThrownBy(
              () ->
                  new LlmEvaluator(
                      model, corpus, CONTEXT, CONTEXT / 2, CONTEXT, 1, HiddenStateBounds.DEFAULT))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageMatching(
              "window is 1000000, must be in \\[2, \\d+]: .* half of this machine's memory");
    }
  }
}
