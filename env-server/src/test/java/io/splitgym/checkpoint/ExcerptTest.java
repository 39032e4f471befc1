package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {
  @Test
  void whatATerminalWouldObeyIsEscaped() {
    assertThat(Excerpt.of("\u001b[31mred\u001b]0;title\u0007\n"))
        .isEqualTo("\\u001b[31mred\\u001b]0;title\\u0007\\u000a");
    assertThat(Excerpt.of("a\u202eb\u2028c\ud83dd")).isEqualTo("a\\u202eb\\u2028c\\ud83dd");
  }

  @Test
  void wordsOfAnyScriptStay() {
    assertThat(Excerpt.of("Llama\u2581\u4e2d \ud83e\udd99"))
        .isEqualTo("Llama\u2581\u4e2d \ud83e\udd99");
  }

  @Test
  void ofALongTextBothEndsAreShown() {
    String shown = Excerpt.of("begin" + "x".repeat(3_000_000) + "end");
    assertThat(shown).hasSize(203).startsWith("beginx").contains("x...x").endsWith("xend");
  }

  @Test
  void messagesOfCheckpointsAreExcerpts() {
    String text = "file: the architecture is \u001b[2J" + "x".repeat(9_000) + ", must be llama";
    for (Exception e :
        new Exception[] {
          new MalformedCheckpointException(text), new UnsupportedCheckpointException(text)
        }) {
      assertThat(e.getMessage())
          .startsWith("file: the architecture is \\u001b[2Jx")
          .endsWith("x, must be llama")
          .hasSizeLessThan(2_100);
    }
  }
}
