package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The small checkpoints of {@link FamiliesAgreementTest}, told in other words, and damaged: each is
 * read as transformers reads it, or refused.
 */
class FamilyVariationsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Consumer<ObjectNode> SAME_WORDS = config -> {};
  private static final Consumer<TreeMap<String, Tensor>> SAME_TENSORS = tensors -> {};

  @TempDir private Path folder;

  /** The folder becomes the family's, edited. */
  private Checkpoint open(
      String family, Consumer<ObjectNode> words, Consumer<TreeMap<String, Tensor>> edit)
      throws IOException, URISyntaxException {
    Path stored = Path.of(FamilyVariationsTest.class.getResource("families/" + family).toURI());
    ObjectNode config = (ObjectNode) JSON.readTree(stored.resolve("config.json").toFile());
    words.accept(config);
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    TreeMap<String, Tensor> tensors =
        new TreeMap<>(
            SafetensorsFile.read(Files.readAllBytes(stored.resolve("model.safetensors")))
                .tensors());
    edit.accept(tensors);
    Files.write(
        folder.resolve("model.safetensors"), new SafetensorsFile(new TreeMap<>(), tensors).write());
    return Checkpoint.open(folder);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void load(Checkpoint checkpoint) throws IOException {
    Decoder.load(checkpoint).close();
  }

  private static float[][] logits(Checkpoint checkpoint) throws IOException {
    int[] tokens = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    try (Decoder decoder = Decoder.load(checkpoint)) {
      return decoder.logits(decoder.embed(tokens, 0), tokens.length, 0);
    }
  }

  private float[][] logits(
      String family, Consumer<ObjectNode> words, Consumer<TreeMap<String, Tensor>> edit)
      throws IOException, URISyntaxException {
    return logits(open(family, words, edit));
  }

  private float[][] logits(String family) throws IOException, URISyntaxException {
    return logits(family, SAME_WORDS, SAME_TENSORS);
  }

  private static Tensor numbers(Integer... shape) {
    int elements = List.of(shape).stream().reduce(1, Math::multiplyExact);
    float[] values = new float[elements];
    Arrays.fill(values, 0.5f);
    return new Tensor(List.of(shape), values);
  }

  @Test
  void qwen2SlidesFromTheLayerThatIsNamedOnWhereNoListIsThere() throws Exception {
    float[][] list = logits("qwen2");
    assertThat(logits("qwen2", config -> config.remove("layer_types"), SAME_TENSORS))
        .isDeepEqualTo(list);
    float[][] everywhere =
        logits(
            "qwen2",
            config -> {
              config.remove("layer_types");
              config.put("max_window_layers", 0);
            },
            SAME_TENSORS);
    assertThat(everywhere[10]).isNotEqualTo(list[10]);
  }

  @Test
  void qwen2DoesNotSlideUnlessToldTo() throws Exception {
    float[][] nowhere =
        logits(
            "qwen2",
            config -> config.remove(List.of("layer_types", "use_sliding_window")),
            SAME_TENSORS);
    assertThat(nowhere)
        .isDeepEqualTo(
            logits(
                "qwen2",
                config -> {
                  config.remove("layer_types");
                  config.putNull("sliding_window");
                },
                SAME_TENSORS));
    assertThat(nowhere[10]).isNotEqualTo(logits("qwen2")[10]);
  }

  @Test
  void gemma3InTheWordsOfTransformers4IsTheSameModel() throws Exception {
    Consumer<ObjectNode> words =
        config -> {
          config.remove(List.of("rope_parameters", "layer_types", "_sliding_window_pattern"));
          config.put("sliding_window_pattern", 2);
          config.put("rope_theta", 500.0);
          config.put("rope_local_base_freq", 50.0);
          config.putObject("rope_scaling").put("rope_type", "linear").put("factor", 2.0);
        };
    assertThat(logits("gemma3", words, SAME_TENSORS)).isDeepEqualTo(logits("gemma3"));
  }

  @Test
  void gemma3sPartOfAModelThatSeesImagesIsTheSameModel() throws Exception {
    Consumer<ObjectNode> words =
        config -> {
          ObjectNode text = config.deepCopy();
          config.removeAll();
          config.put("model_type", "gemma3");
          config.set("text_config", text);
        };
    Consumer<TreeMap<String, Tensor>> towers =
        tensors -> {
          for (String name : List.copyOf(tensors.keySet())) {
            tensors.put("language_model." + name, tensors.remove(name));
          }
          tensors.put("vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias", numbers(4));
          tensors.put("multi_modal_projector.mm_input_projection_weight", numbers(2, 2));
        };
    assertThat(logits("gemma3", words, towers)).isDeepEqualTo(logits("gemma3"));
  }

  @Test
  void whatTransformersTakesForAFieldThatIsNotThereIsTaken() throws Exception {
    assertThat(logits("gemma3", config -> config.remove("rope_parameters"), SAME_TENSORS))
        .isDeepEqualTo(
            logits(
                "gemma3",
                config -> {
                  config.remove("rope_parameters");
                  config.put("rope_theta", 1e6);
                  config.put("rope_local_base_freq", 1e4);
                },
                SAME_TENSORS));
    for (String field : List.of("rms_norm_eps", "attention_bias", "tie_word_embeddings")) {
      assertThat(logits("gemma3", config -> config.remove(field), SAME_TENSORS))
          .as(field)
          .isDeepEqualTo(logits("gemma3"));
    }
    assertThat(logits("llama", config -> config.put("sliding_window", 4), SAME_TENSORS))
        .as("transformers' LLaMA has no window")
        .isDeepEqualTo(logits("llama"));
    assertThat(
            logits(
                "llama",
                config -> config.put("rope_theta", 300.0).set("rope_parameters", json("{}")),
                SAME_TENSORS))
        .isDeepEqualTo(logits("llama"));
  }

  @Test
  void gemma3sPublishedWordsAreFilledIn() throws Exception {
    Consumer<ObjectNode> words =
        config -> {
          config.removeAll();
          config.put("model_type", "gemma3");
          config
              .putObject("text_config")
              .put("hidden_size", 16)
              .put("num_hidden_layers", 3)
              .put("sliding_window", 1024);
        };
    Checkpoint checkpoint = open("gemma3", words, SAME_TENSORS);
    assertThat(TransformerShape.of(checkpoint))
        .isEqualTo(new TransformerShape(3, 16, 8, 4, 256, 9216, true, 40, 131_072));
    assertThat(checkpoint.hyperparameters().number("attention.scale")).isEqualTo(1 / 16.0);
    assertThat(checkpoint.hyperparameters().flags("attention.sliding_window_pattern"))
        .containsExactly(true, true, true);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, transformer.h.1.attn.c_attn.bias, blk.1.attn_qkv.bias",
    "gpt2, transformer.h.2.mlp.c_proj.bias, blk.2.ffn_down.bias",
    "qwen2, model.layers.0.self_attn.q_proj.bias, blk.0.attn_q.bias",
    "qwen2, model.layers.2.self_attn.v_proj.bias, blk.2.attn_v.bias",
    "llama-biases, model.layers.0.self_attn.o_proj.bias, blk.0.attn_output.bias",
    "llama-biases, model.layers.1.mlp.gate_proj.bias, blk.1.ffn_gate.bias",
    "llama, lm_head.weight, lm_head.weight",
  })
  void aTensorThatIsMissingIsAnError(String family, String name, String named) throws Exception {
    assertThatThrownBy(
            () ->
                load(
                    open(
                        family,
                        SAME_WORDS,
                        tensors -> assertThat(tensors.remove(name)).isNotNull())))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("tensor " + named + " is missing");
  }

  @Test
  void biasesThatTheConfigurationTellsMustBeThere() throws Exception {
    for (String family : List.of("llama", "qwen3", "gemma3")) {
      Checkpoint checkpoint =
          open(family, config -> config.put("attention_bias", true), SAME_TENSORS);
      assertThatThrownBy(() -> load(checkpoint))
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining("tensor blk.0.attn_q.bias is missing");
    }
    Checkpoint denied =
        open("llama-biases", config -> config.put("attention_bias", false), SAME_TENSORS);
    assertThatThrownBy(() -> load(denied))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("bias");
  }

  @ParameterizedTest
  @CsvSource({
    "llama, model.layers.0.pre_feedforward_layernorm.weight",
    "llama, lm_head.bias",
    "llama, model.layers.0.mlp.gate_proj.weight_scale_inv",
    "llama, model.layers.0.block_sparse_moe.gate.weight",
    "llama, model.layers.00.input_layernorm.weight",
    "llama, vision_tower.embeddings.weight",
    "llama, score.weight",
    "qwen3, model.layers.0.attn.bias",
    "gpt2, transformer.h.0.crossattention.c_attn.weight",
    "gemma3, model.layers.0.per_layer_input_gate.weight",
  })
  void aTensorThatTheFamilyIsNotKnownToHaveIsRefused(String family, String name) {
    assertThatThrownBy(() -> open(family, SAME_WORDS, tensors -> tensors.put(name, numbers(16))))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("there is a tensor " + name + ", which the family ");
  }

  @ParameterizedTest
  @CsvSource({
    "llama, model.layers.3.input_layernorm.weight, blk.3.attn_norm.weight",
    "llama, model.layers.1.self_attn.q_norm.weight, blk.1.attn_q_norm.weight",
    "llama, model.layers.1.self_attn.q_proj.bias, blk.1.attn_q.bias",
    "qwen2, model.layers.1.self_attn.o_proj.bias, blk.1.attn_output.bias",
    "mistral, model.layers.1.mlp.up_proj.bias, blk.1.ffn_up.bias",
  })
  void aTensorTooManyIsRefused(String family, String name, String named) throws Exception {
    Checkpoint checkpoint = open(family, SAME_WORDS, tensors -> tensors.put(name, numbers(16)));
    assertThatThrownBy(() -> load(checkpoint))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining("there is a tensor " + named);
  }

  @ParameterizedTest
  @CsvSource({
    "llama, model.layers.0.self_attn.rotary_emb.inv_freq",
    "gemma3, model.rotary_emb_local.inv_freq",
    "gpt2, transformer.h.0.attn.bias",
    "gpt2, transformer.h.2.attn.masked_bias",
  })
  void whatIsComputedIsLeftOutThoughItIsStored(String family, String name) throws Exception {
    assertThat(logits(family, SAME_WORDS, tensors -> tensors.put(name, numbers(2))))
        .isDeepEqualTo(logits(family));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "gemma3|use_bidirectional_attention|true|is true, must be false",
        "gemma3|query_pre_attn_scalar|'7'|is \"7\", must be a number above 0",
        "gemma3|layer_types|['full_attention']|has 1 entries, must have 3",
        "gemma3|sliding_window|null|there is no sliding_window in use",
        "gemma3|rope_parameters|{'rope_theta':9}|must be full_attention and sliding_attention",
        "gemma3|rope_parameters|{'full_attention':{},'sliding_attention':"
            + "{'rope_type':'linear'}}|rope_type is \"linear\", must be default",
        "gemma3|rope_parameters|{'full_attention':7}|full_attention is 7, must be an object",
        "gemma3|final_logit_softcapping|30|30.0, must be missing or 0",
        "llama|rope_scaling|'linear'|is \"linear\", must be an object",
        "llama|rope_scaling|{'factor':2}|must be absent beside rope_parameters",
        "llama|rope_parameters|{'factor':2}|factor is 2, but isn't used by rope_type default",
        "llama|rope_parameters|{'rope_type':'linear'}|rope_parameters.factor is missing",
        "llama|rope_parameters|{'partial_rotary_factor':0.5}|partial_rotary_factor is 0.5, must be 1",
        "llama|rope_parameters|{'full_attention':{}}|must be the same for all layers",
        "llama|rope_parameters|{'rope_type':'llama3','factor':2,'high_freq_factor':4}|"
            + "rope_parameters.low_freq_factor is missing, must be a number above 0",
        "llama|num_attention_heads|2147483646|heads is 2147483646, must be in [1, 536870911]",
        "llama|model_type|'\\u001b[31m'|model_type is \"\\u001B[31m\", must be one of",
        "llama|hidden_act|5|is 5, must be silu",
        "llama|partial_rotary_factor|0.5|is 0.5, must be 1",
        "llama|attention_bias|'yes'|is \"yes\", must be true or false",
        "llama|tie_word_embeddings|'yes'|is \"yes\", must be true or false",
        "llama|layer_types|['sliding_attention','full_attention','full_attention']|"
            + "must be full_attention",
        "mistral|layer_types|['sliding_attention','full_attention','full_attention']|"
            + "must be sliding_attention",
        "qwen2|layer_types|['full_attention','full_attention','full_attention','full_attention']|"
            + "has 4 entries, must have 3",
        "qwen2|use_sliding_window|false|there is no sliding_window in use",
        "qwen2|use_sliding_window|1|is 1, must be true or false",
        "gpt2|add_cross_attention|true|is true, must be false",
        "gpt2|scale_attn_weights|false|is false, must be true",
        "gpt2|scale_attn_by_inverse_layer_idx|true|is true, must be false",
      })
  void aFieldThatWouldChangeTheNumbersIsRefused(
      String family, String field, String value, String named) throws Exception {
    JsonNode json = json(value);
    assertThatThrownBy(() -> load(open(family, config -> config.set(field, json), SAME_TENSORS)))
        .isInstanceOfAny(MalformedCheckpointException.class, UnsupportedCheckpointException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(named);
  }

  @Test
  void maxWindowLayersMustBeAWholeNumber() {
    assertThatThrownBy(
            () ->
                open(
                    "qwen2",
                    config -> {
                      config.remove("layer_types");
                      config.put("max_window_layers", -1);
                    },
                    SAME_TENSORS))
        .hasMessageContaining("max_window_layers is -1, must be a whole number, at least 0");
  }
}
