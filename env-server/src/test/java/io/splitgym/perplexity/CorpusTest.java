package io.splitgym.perplexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir private Path folder;

  @Test
  void lineEndsOfEveryPlatformGiveOneHash() {
    Corpus unix = new Corpus("text", "one\ntwo\n\nthree\n");
    assertThat(new Corpus("text", "one\r\ntwo\r\n\r\nthree\r\n").hash()).isEqualTo(unix.hash());
    assertThat(new Corpus("text", "one\rtwo\r\rthree\r").text()).isEqualTo(unix.text());
    assertThat(new Corpus("text", "one\ntwo\n\nthree").hash()).isNotEqualTo(unix.hash());
  }

  @Test
  void aFileIsReadAsUtf8() throws IOException {
    Path file = Files.writeString(folder.resolve("naive.txt"), "naïve\r\ncafé\n");
    assertThat(Corpus.of(file)).isEqualTo(new Corpus("naive.txt", "naïve\ncafé\n"));
  }

  @Test
  void aFileThatIsNotUtf8IsRefusedByName() throws IOException {
    Path file =
        Files.write(folder.resolve("latin.txt"), "naïve".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Corpus.of(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("latin.txt isn't UTF-8");
  }

  @Test
  void theShippedTextHasAFewThousandWords() {
    assertThat(Corpus.shipped().text().split("\\s+")).hasSizeBetween(3000, 6000);
  }
}
