package io.splitgym.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each file that is refused here would end the process in the library that reads them. */
class TokenizerFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int A = 65;

  @TempDir private Path folder;
  private ObjectNode file;

  @BeforeEach
  void copyASoundFolder() throws IOException, URISyntaxException {
    Path sound = Path.of(Checkpoint.class.getResource("/io/splitgym/decoder/tiny-llama").toURI());
    try (Stream<Path> files = Files.list(sound)) {
      for (Path each : files.toList()) {
        Files.copy(each, folder.resolve(each.getFileName()));
      }
    }
    file = (ObjectNode) JSON.readTree(folder.resolve("tokenizer.json").toFile());
  }

  private TextTokenizer tokenizer() throws IOException {
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), file);
    return TextTokenizer.of(Checkpoint.open(folder));
  }

  private void refuses(String message) {
    assertThatThrownBy(this::tokenizer)
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("tokenizer.json: ")
        .hasMessageContaining(message);
  }

  /** A trie of one block that makes A to the text at a place of the texts. */
  private static int[] trie(int textAt) {
    int[] units = new int[256];
    int start = 1;
    int afterA = 2;
    units[0] = start << 10;
    units[start ^ A] = afterA << 10 | 1 << 8 | A;
    units[start ^ A ^ afterA] = 1 << 31 | textAt;
    return units;
  }

  private static String characterMap(int[] units, String texts) {
    byte[] utf8 = texts.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 4 * units.length + utf8.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4 * units.length);
    Arrays.stream(units).forEach(bytes::putInt);
    return Base64.getEncoder().encodeToString(bytes.put(utf8).array());
  }

  private void normalizer(String characterMap) {
    file.putObject("normalizer")
        .put("type", "Sequence")
        .putArray("normalizers")
        .addObject()
        .put("type", "Precompiled")
        .put("precompiled_charsmap", characterMap);
  }

  @Test
  void aSoundCharacterMapIsUsed() throws IOException {
    normalizer(characterMap(trie(2), "b\0a\0"));
    try (TextTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.encode("A b")).isEqualTo(tokenizer.encode("a b"));
    }
  }

  static List<Arguments> damagedMaps() {
    int[] outside = trie(0);
    outside[0] = 256 << 10;
    int[] farOutside = trie(0);
    farOutside[1 ^ A] |= 0x1FFFFF << 10 | 1 << 9;
    return List.of(
        Arguments.of("three bytes", "AAAA"),
        Arguments.of("no base64", "*"),
        Arguments.of("nothing", ""),
        Arguments.of("a trie longer than the map", "////fwAA"),
        Arguments.of("no whole block", characterMap(new int[255], "")),
        Arguments.of("no trie", characterMap(new int[0], "a")),
        Arguments.of("a step out of the trie", characterMap(outside, "a")),
        Arguments.of("a long step out of the trie", characterMap(farOutside, "a")),
        Arguments.of("a text behind the last", characterMap(trie(3), "a")),
        Arguments.of("the middle of a character", characterMap(trie(1), "\u00e4")),
        Arguments.of(
            "texts that aren't UTF-8",
            Base64.getEncoder()
                .encodeToString(
                    ByteBuffer.allocate(1029).put(1, (byte) 4).put(1028, (byte) 0xFF).array())));
  }

  @ParameterizedTest
  @MethodSource("damagedMaps")
  void aDamagedCharacterMapIsRefused(String what, String map) {
    normalizer(map);
    refuses("normalizer.normalizers[0].precompiled_charsmap is no map of characters");
  }

  @Test
  void aMissingCharacterMapIsRefused() {
    file.putObject("normalizer").put("type", "Precompiled");
    refuses("normalizer.precompiled_charsmap is no map");
  }

  @Test
  void aTemplateNamesSpecialTokensThatAreThere() {
    ((ObjectNode) file.at("/post_processor/single/0/SpecialToken")).put("id", "<x>");
    refuses("post_processor.single has the special token <x>, which special_tokens must have too");
  }

  @Test
  void aTemplateOfOneTextHasOneText() {
    ((ObjectNode) file.at("/post_processor/single/1/Sequence")).put("id", "B");
    refuses("post_processor.single has the sequence B");
  }

  @Test
  void specialTokensHaveAnIdForEachToken() {
    ((ObjectNode) file.at("/post_processor/special_tokens/<s>")).putArray("ids").add(0).add(1);
    refuses("post_processor.special_tokens must have as many ids as tokens each");
  }

  @Test
  void aDecoderDoesNotCutFromBothEnds() {
    file.putObject("decoder")
        .put("type", "Strip")
        .put("content", " ")
        .put("start", 1)
        .put("stop", 1);
    refuses("decoder.stop is 1, must be 0");
  }

  @Test
  void piecesHaveALength() {
    file.putObject("pre_tokenizer").put("type", "FixedLength").put("length", 0);
    refuses("pre_tokenizer.length is 0, must be at least 1");
    file.putObject("pre_tokenizer").put("type", "FixedLength");
    refuses("pre_tokenizer.length is missing, must be at least 1");
  }

  private void replaces(String expression) {
    ObjectNode normalizer = file.putObject("normalizer").put("type", "Replace").put("content", "x");
    normalizer.putObject("pattern").put("Regex", expression);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "z*", "$", "\\b", "(?=b)", "("})
  void whatIsReplacedIsNotNothing(String expression) {
    replaces(expression);
    refuses("normalizer.pattern is " + expression + ", must be a regular expression that matches");
  }

  @Test
  void anEmptyTextIsNotReplaced() {
    ObjectNode normalizer = file.putObject("normalizer").put("type", "Replace").put("content", "x");
    normalizer.putObject("pattern").put("String", "");
    refuses("normalizer.pattern is an empty text, must have at least one character");
  }

  @Test
  void anExpressionThatNestsTooDeepToBeReadIsRefused() {
    replaces("(".repeat(50_000) + "a" + ")".repeat(50_000));
    refuses("must be a regular expression that matches no empty text");
  }

  @Test
  void aTextWithoutTokensIsNamed() throws IOException {
    ObjectNode model = JSON.createObjectNode().put("type", "WordLevel").put("unk_token", "?");
    model.putObject("vocab").put("a", 0);
    file.set("model", model);
    file.putArray("added_tokens");
    file.putNull("normalizer").putNull("pre_tokenizer");
    file.putNull("post_processor").putNull("decoder");
    try (TextTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.encode("a")).containsExactly(0);
      assertThatThrownBy(() -> tokenizer.encode("b"))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("text is b, must be one that the model has tokens for");
    }
  }

  @Test
  void severalSpacesMayBeReplaced() throws IOException {
    replaces(" {2,}");
    try (TextTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.encode("a  b")).isEqualTo(tokenizer.encode("axb"));
    }
  }

  @Test
  void mergesAreNotCut() {
    ((ObjectNode) file.get("model")).put("continuing_subword_prefix", "##");
    refuses("model.continuing_subword_prefix is ##, must be empty or null");
  }

  @Test
  void tokensAreNotDrawn() {
    ((ObjectNode) file.get("model")).put("dropout", 0.5);
    refuses("model.dropout is 0.5, must be 0 or null");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 272, 4_000_000_000L})
  void thereIsAnEmbeddingForEachTokenOfTheVocabulary(long id) {
    ((ObjectNode) file.at("/model/vocab")).put("zz", id);
    refuses("the vocabulary has the id " + id + ", must be in [0, 271]");
  }

  @Test
  void anAddedTokenMayBeBeyondTheEmbedding() throws IOException {
    ((ObjectNode) file.at("/added_tokens").get(0)).put("id", 300);
    ((ObjectNode) file.at("/model/vocab")).put("<s>", 300);
    tokenizer().close();
    ((ObjectNode) file.at("/added_tokens").get(0)).put("id", 4_000_000_000L);
    refuses("the id of an added token is 4000000000, must be in [0, 2147483647]");
  }

  @Test
  void whatATextBeginsWithHasAnEmbedding() {
    ((ArrayNode) file.at("/post_processor/special_tokens/<s>/ids")).set(0, 4_000_000_000L);
    refuses("a text begins with the id 4000000000, must be in [0, 271]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'add_bos_token': true, 'bos_token': '<s>'} | {} | 0",
        "{'add_bos_token': true, 'bos_token': {'content': '<s>'}} | {} | 0",
        "{'add_bos_token': true} | {'bos_token': {'content': '<s>'}} | 0",
        "{'add_bos_token': false, 'bos_token': '<s>'} | {} | ",
        "{'add_bos_token': null} | {} | 0"
      },
      quoteCharacter = '"')
  void whatATextBeginsWithIsWhatTheFolderSays(String config, String map, @Nullable Integer id)
      throws IOException {
    options(config, map);
    try (TextTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.beginning().stream().boxed()).isEqualTo(Stream.ofNullable(id).toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'add_bos_token': true} | bos_token is missing, must be there, as add_bos_token is true",
        "{'add_bos_token': 'yes'} | add_bos_token is \"yes\", must be true or false",
        "{'add_bos_token': true, 'bos_token': 'ab'} | bos_token is ab, must be one token"
      },
      quoteCharacter = '`')
  void aFolderThatContradictsItselfIsRefused(String config, String message) throws IOException {
    options(config, "{}");
    assertThatThrownBy(this::tokenizer)
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(message);
  }

  private void options(String config, String map) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), config.replace('\'', '"'));
    Files.writeString(folder.resolve("special_tokens_map.json"), map.replace('\'', '"'));
  }

  /** The library's own reader takes other JSON than Jackson, and panics in a decoder. */
  @Test
  void aDecoderIsRefusedThatTheLibraryCannotRead() throws IOException {
    String sound = JSON.writeValueAsString(file);
    for (Map.Entry<String, String> each :
        Map.of(
                "{\"type\": \"Strip\", \"content\": \"\\ud800\"}",
                "decoder.content has half of a surrogate pair in \\ud800",
                "{\"type\": \"Strip\", \"\\udc00\": 1}",
                "decoder has half of a surrogate pair",
                "{\"type\": \"Strip\", \"start\": 1e400}",
                ", must be a number that a double holds",
                "[".repeat(200) + "]".repeat(200),
                "is nested more than 64 deep")
            .entrySet()) {
      Files.writeString(
          folder.resolve("tokenizer.json"),
          sound.replaceFirst(
              "\"decoder\":\\{[^}]*}", "\"decoder\":" + Matcher.quoteReplacement(each.getKey())));
      assertThatThrownBy(() -> TextTokenizer.of(Checkpoint.open(folder)))
          .as(each.getValue())
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining(each.getValue());
    }
  }

  @Test
  void whatIsNoTokenizerNamesTheFile() throws IOException {
    for (Map.Entry<String, String> each :
        Map.of(
                "[]", "it is not a JSON object",
                "{\"model\":7}", "model must be a JSON object",
                "{\"model\":{},\"model\":{}}", "Duplicate field 'model'",
                "{", "is not JSON as it must be")
            .entrySet()) {
      Files.writeString(folder.resolve("tokenizer.json"), each.getKey());
      assertThatThrownBy(() -> TextTokenizer.of(Checkpoint.open(folder)))
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining("tokenizer.json: ")
          .hasMessageContaining(each.getValue());
    }
    Files.delete(folder.resolve("tokenizer.json"));
    assertThatThrownBy(() -> TextTokenizer.of(Checkpoint.open(folder)))
        .hasMessage(folder + ": tokenizer.json is missing");
  }
}
