package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.decoder.Decoder;
import io.splitgym.random.RandomStream;
import io.splitgym.tokenizer.TextTokenizer;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage that gets by the header's reader ends in an error too, up to logits and tokens. */
class MutatedModelsTest {
  private static final int TIMES = 300;

  @TempDir private Path folder;

  private static byte[] resource(String name) throws IOException, URISyntaxException {
    return Files.readAllBytes(
        Path.of(MutatedModelsTest.class.getResource("/io/splitgym/" + name).toURI()));
  }

  @ParameterizedTest
  @CsvSource({
    "decoder/tiny-llama.gguf, 1",
    "decoder/tiny-llama.gguf, 2",
    "decoder/families-gguf/gemma3.gguf, 3",
    "decoder/families-gguf/gpt2.gguf, 4",
    "tokenizer/gguf/sentencepiece.gguf, 5",
    "tokenizer/gguf/llama-bpe.gguf, 6"
  })
  void noMutationOfAModelCrashes(String name, long seed) throws IOException, URISyntaxException {
    byte[] sound = resource(name);
    Path file = folder.resolve("mutated.gguf");
    int header = (int) Math.min(sound.length, 9_000);
    RandomStream random = RandomStream.ofSeed(seed);
    int refused = 0;
    for (int i = 0; i < TIMES; i++) {
      Files.write(file, Mutation.of(sound, header, random));
      try {
        Checkpoint checkpoint = Checkpoint.open(file);
        if (name.startsWith("decoder")) {
          try (Decoder decoder = Decoder.load(checkpoint)) {
            float[] start = decoder.embed(new int[][] {{1, 2, 0}})[0];
            assertThat(decoder.logits(start, 3, 0)).hasDimensions(3, decoder.shape().vocabulary());
          }
        }
        if (!name.contains("families")) {
          try (TextTokenizer tokenizer = TextTokenizer.of(checkpoint)) {
            tokenizer.decode(tokenizer.encode("Hello, world 12"));
          }
        }
      } catch (MalformedCheckpointException
          | UnsupportedCheckpointException
          | InvalidValueException e) {
        refused++;
      } catch (IOException | RuntimeException | Error e) {
        throw new AssertionError("mutation " + i + " of " + name + ", seed " + seed, e);
      }
    }
    assertThat(refused).isBetween(TIMES / 10, TIMES - 10);
  }
}
