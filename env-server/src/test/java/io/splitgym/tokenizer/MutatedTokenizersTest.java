package io.splitgym.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.Checkpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damage to a tokenizer.json doesn't end the process that reads it, as far as random damage finds
 * any that does. {@code -Dmutations=20000} tries more.
 */
class MutatedTokenizersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TIMES = Integer.getInteger("mutations", 1_000);

  @TempDir private Path folder;

  /**
   * By what is put in the place of the fixture's parts: those of GPT-2, of Gemma, and rarer ones.
   */
  static List<Arguments> kinds() {
    return List.of(
        Arguments.of(1, "{}"),
        Arguments.of(
            2,
            """
            {"normalizer": {"type": "Sequence", "normalizers": [
               {"type": "Prepend", "prepend": "\u2581"},
               {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
             "pre_tokenizer": null,
             "decoder": {"type": "Sequence", "decoders": [
               {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
               {"type": "ByteFallback"}, {"type": "Fuse"},
               {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}}"""),
        Arguments.of(
            3,
            """
            {"normalizer": {"type": "BertNormalizer", "clean_text": true,
               "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
               {"type": "Split", "pattern": {"Regex": "\\\\p{N}{1,3}|\\\\s+"},
                "behavior": "Isolated", "invert": false},
               {"type": "Punctuation", "behavior": "Contiguous"},
               {"type": "FixedLength", "length": 5}, {"type": "UnicodeScripts"},
               {"type": "CharDelimiterSplit", "delimiter": "x"}]},
             "post_processor": {"type": "RobertaProcessing", "sep": ["<s>", 0],
               "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": true},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true}}"""),
        Arguments.of(
            4,
            """
            {"pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581",
               "prepend_scheme": "first", "split": true},
             "decoder": {"type": "Metaspace", "replacement": "\u2581",
               "prepend_scheme": "always", "split": true},
             "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst",
               "stride": 1},
             "padding": {"strategy": {"Fixed": 3}, "direction": "Left", "pad_to_multiple_of": 2,
               "pad_id": 0, "pad_type_id": 0, "pad_token": "<s>"},
             "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
               "vocab": [["<s>", 0.0], ["\u2581", -1.0], ["H", -2.0], ["ell", -3.5], ["o", -2.5]]}}"""),
        Arguments.of(
            5,
            """
            {"pre_tokenizer": {"type": "BertPreTokenizer"},
             "decoder": {"type": "CTC", "pad_token": "<s>", "word_delimiter_token": "|",
               "cleanup": true},
             "model": {"type": "WordPiece", "unk_token": "<s>", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100,
               "vocab": {"<s>": 0, "H": 1, "##e": 2, "##llo": 3, "world": 4}}}"""),
        Arguments.of(
            6,
            """
            {"pre_tokenizer": {"type": "WhitespaceSplit"},
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
             "model": {"type": "WordLevel", "unk_token": "<s>",
               "vocab": {"<s>": 0, "Hello,": 1, "world": 2, "12": 3}}}"""));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void noMutationEndsTheProcess(int seed, String parts)
      throws IOException, URISyntaxException, InterruptedException {
    Path sound = Path.of(Checkpoint.class.getResource("/io/splitgym/decoder/tiny-llama").toURI());
    try (Stream<Path> files = Files.list(sound)) {
      for (Path each : files.toList()) {
        Files.copy(each, folder.resolve(each.getFileName()));
      }
    }
    Path json = folder.resolve("tokenizer.json");
    ObjectNode document = (ObjectNode) JSON.readTree(json.toFile());
    document.setAll((ObjectNode) JSON.readTree(parts));
    JSON.writeValue(json.toFile(), document);
    try (TextTokenizer tokenizer = TextTokenizer.of(Checkpoint.open(folder))) {
      assertThat(tokenizer.encode("Hello, world 12")).isNotEmpty();
    }
    Path output = folder.resolve("output.txt");
    Process process = MutatedTokenizersInAnotherProcess.start(folder, TIMES, seed, output);
    assertThat(process.waitFor(60 + TIMES / 10, TimeUnit.SECONDS)).isTrue();
    List<String> lines = Files.readAllLines(output);
    assertThat(process.exitValue())
        .as(String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())))
        .isZero();
    assertThat(lines.get(lines.size() - 1)).matches("refused \\d{2,}");
  }
}
