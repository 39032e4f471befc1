package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceFolderTest {
  private static final List<String> TINY =
      List.of(
          "config.json",
          "tokenizer.json",
          "model.safetensors.index.json",
          "model-00001-of-00003.safetensors",
          "model-00002-of-00003.safetensors",
          "model-00003-of-00003.safetensors");

  @TempDir private Path folder;

  private void copyTiny() throws IOException {
    for (String name : TINY) {
      Files.write(
          folder.resolve(name),
          DequantiserTest.resource("/io/splitgym/decoder/tiny-llama/" + name));
    }
  }

  private void write(String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json.replace('\'', '"'));
  }

  private void edit(String name, String from, String to) throws IOException {
    String text = Files.readString(folder.resolve(name));
    assertThat(text).contains(from.replace('\'', '"'));
    Files.writeString(
        folder.resolve(name), text.replace(from.replace('\'', '"'), to.replace('\'', '"')));
  }

  private void tensors(Map<String, Tensor> tensors) throws IOException {
    Files.write(
        folder.resolve("model.safetensors"),
        new SafetensorsFile(new TreeMap<>(), new TreeMap<>(tensors)).write());
  }

  private static Tensor counting(Integer... shape) {
    int elements = List.of(shape).stream().reduce(1, Math::multiplyExact);
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = i;
    }
    return new Tensor(List.of(shape), values);
  }

  private Checkpoint open() throws IOException {
    return Checkpoint.open(folder);
  }

  private void refuses(String... named) {
    assertThatThrownBy(this::open)
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContainingAll(named);
  }

  @Test
  void saysTheSameOfAModelAsItsGgufFile() throws IOException {
    copyTiny();
    Checkpoint folderOne = open();
    Checkpoint ggufOne =
        Checkpoint.open(
            Files.write(
                folder.resolve("tiny.gguf"),
                DequantiserTest.resource("/io/splitgym/decoder/tiny-llama.gguf")));
    assertThat(folderOne.architecture()).isEqualTo("llama").isEqualTo(ggufOne.architecture());
    for (String key :
        List.of(
            "block_count",
            "embedding_length",
            "feed_forward_length",
            "context_length",
            "attention.head_count",
            "attention.head_count_kv")) {
      assertThat(folderOne.hyperparameters().count(key))
          .as(key)
          .isEqualTo(ggufOne.hyperparameters().count(key));
    }
    for (String key : List.of("rope.freq_base", "attention.layer_norm_rms_epsilon")) {
      assertThat(folderOne.hyperparameters().number(key))
          .as(key)
          .isCloseTo(ggufOne.hyperparameters().number(key), within(1e-9));
    }
    assertThat(folderOne.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(ggufOne.tensors().keySet());
    for (CheckpointTensor tensor : ggufOne.tensors().values()) {
      int[] shape = tensor.shape().stream().mapToInt(Integer::intValue).toArray();
      assertThat(folderOne.floats(tensor.name(), shape))
          .as(tensor.name())
          .containsExactly(tensor.floats());
    }
  }

  @Test
  void rowsOfAPermutedMatrixAreTheMatrixRows() throws IOException {
    Path file =
        Files.write(
            folder.resolve("tiny.gguf"),
            DequantiserTest.resource("/io/splitgym/decoder/tiny-llama.gguf"));
    CheckpointTensor query = Checkpoint.open(file).tensor("blk.1.attn_q.weight", 24, 24);
    float[] all = query.floats();
    float[] some = new float[5 * 24];
    query.rows(9, 5, some);
    assertThat(some).containsExactly(java.util.Arrays.copyOfRange(all, 9 * 24, 14 * 24));
  }

  @Test
  void readsOneFileAsWellAsSeveral() throws IOException {
    copyTiny();
    Checkpoint several = open();
    TreeMap<String, Tensor> together = new TreeMap<>();
    for (String name : TINY.subList(3, 6)) {
      SafetensorsShard shard = SafetensorsShard.open(folder.resolve(name));
      for (String tensor : shard.names()) {
        CheckpointTensor read =
            CheckpointTensor.of("file", tensor, shard.tensor(tensor), new Arrangement.Same());
        together.put(tensor, new Tensor(read.shape(), read.floats()));
      }
    }
    tensors(together);
    Files.delete(folder.resolve("model.safetensors.index.json"));
    Checkpoint one = open();
    assertThat(one.tensors().keySet())
        .containsExactlyInAnyOrderElementsOf(several.tensors().keySet());
    for (CheckpointTensor tensor : one.tensors().values()) {
      int[] shape = tensor.shape().stream().mapToInt(Integer::intValue).toArray();
      assertThat(tensor.floats())
          .as(tensor.name())
          .containsExactly(several.floats(tensor.name(), shape));
    }
  }

  @Test
  void gemmasNormsGetTheirOneAndItsWordsBecomeGgufs() throws IOException {
    write(
        "config.json",
        "{'model_type':'gemma3_text','num_hidden_layers':2,'hidden_size':4,'head_dim':2,"
            + "'num_attention_heads':2,'num_key_value_heads':1,'intermediate_size':8,"
            + "'max_position_embeddings':64,'rms_norm_eps':1e-6,'sliding_window':16,"
            + "'query_pre_attn_scalar':16,'hidden_activation':'gelu_pytorch_tanh',"
            + "'layer_types':['sliding_attention','full_attention'],'rope_parameters':{"
            + "'full_attention':{'rope_type':'default','rope_theta':1000000},"
            + "'sliding_attention':{'rope_type':'default','rope_theta':10000.0}}}");
    tensors(
        Map.of(
            "model.embed_tokens.weight", counting(3, 4),
            "model.norm.weight", counting(4),
            "model.layers.1.post_attention_layernorm.weight", counting(4),
            "model.layers.1.pre_feedforward_layernorm.weight", counting(4),
            "model.layers.1.post_feedforward_layernorm.weight", counting(4),
            "model.layers.1.self_attn.q_norm.weight", counting(2),
            "model.layers.1.self_attn.q_proj.weight", counting(4, 4),
            "model.layers.1.self_attn.rotary_emb.inv_freq", counting(1)));
    Checkpoint gemma = open();
    assertThat(gemma.architecture()).isEqualTo("gemma3");
    assertThat(gemma.tensors().keySet())
        .containsExactlyInAnyOrder(
            "token_embd.weight",
            "output_norm.weight",
            "blk.1.post_attention_norm.weight",
            "blk.1.ffn_norm.weight",
            "blk.1.post_ffw_norm.weight",
            "blk.1.attn_q_norm.weight",
            "blk.1.attn_q.weight");
    assertThat(gemma.floats("output_norm.weight", 4)).containsExactly(1, 2, 3, 4);
    assertThat(gemma.floats("blk.1.attn_q_norm.weight", 2)).containsExactly(1, 2);
    assertThat(gemma.floats("token_embd.weight", 3, 4)).startsWith(0, 1, 2);
    Metadata numbers = gemma.hyperparameters();
    assertThat(numbers.count("attention.sliding_window")).isEqualTo(16);
    assertThat(numbers.flags("attention.sliding_window_pattern")).containsExactly(true, false);
    assertThat(numbers.number("attention.scale")).isEqualTo(0.25);
    assertThat(numbers.number("rope.freq_base")).isEqualTo(1_000_000);
    assertThat(numbers.number("rope.freq_base_swa")).isEqualTo(10_000);
    assertThat(numbers.count("attention.key_length")).isEqualTo(2);
    assertThatThrownBy(() -> numbers.count("rope.dimension_count"))
        .hasMessageContaining("config.json: what gives rope.dimension_count is missing");
  }

  @Test
  void gpt2sMatricesAreTurned() throws IOException {
    write(
        "config.json",
        "{'model_type':'gpt2','n_layer':1,'n_embd':2,'n_head':1,'n_positions':8,'n_inner':null,"
            + "'layer_norm_epsilon':1e-5,'activation_function':'gelu_new'}");
    tensors(
        Map.of(
            "transformer.wte.weight", counting(3, 2),
            "transformer.wpe.weight", counting(8, 2),
            "transformer.h.0.attn.bias", counting(1, 1, 8, 8),
            "transformer.h.0.attn.c_attn.weight", counting(2, 6),
            "transformer.h.0.attn.c_attn.bias", counting(6),
            "transformer.h.0.ln_1.bias", counting(2)));
    Checkpoint gpt2 = open();
    assertThat(gpt2.tensors().keySet())
        .containsExactlyInAnyOrder(
            "token_embd.weight",
            "position_embd.weight",
            "blk.0.attn_qkv.weight",
            "blk.0.attn_qkv.bias",
            "blk.0.attn_norm.bias");
    CheckpointTensor matrix = gpt2.tensor("blk.0.attn_qkv.weight", 6, 2);
    assertThat(matrix.floats()).containsExactly(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
    float[] row = new float[2];
    matrix.rows(4, 1, row);
    assertThat(row).containsExactly(4, 10);
    assertThat(gpt2.hyperparameters().count("feed_forward_length")).isEqualTo(8);
    assertThat(gpt2.floats("position_embd.weight", 8, 2)).startsWith(0, 1, 2);
  }

  @Test
  void llama3sScalingBecomesTheTensorThatGgufFilesHold() throws IOException {
    copyTiny();
    edit("config.json", "'head_dim': 6", "'head_dim': 64");
    edit(
        "config.json",
        "'rope_theta': 500.0,\n    'rope_type': 'default'",
        "'rope_theta': 500000.0, 'rope_type': 'llama3', 'factor': 8.0, 'low_freq_factor': 1.0,"
            + " 'high_freq_factor': 4.0, 'original_max_position_embeddings': 8192");
    float[] divisors = open().floats("rope_freqs.weight", 32);
    // transformers' ROPE_INIT_FUNCTIONS["llama3"] on these numbers: plain over scaled frequency
    assertThat(divisors[0]).isEqualTo(1f);
    assertThat(divisors[14]).isEqualTo(1f);
    assertThat(divisors[16]).isCloseTo(2.6945305f, within(1e-5f));
    assertThat(divisors[31]).isEqualTo(8f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model_type': 'llama'|'model_type': 'mamba'|model_type is \"mamba\", must be one of [llama",
        "'hidden_act': 'silu'|'hidden_act': 'relu'|hidden_act is \"relu\", must be silu",
        "'rope_type': 'default'|'rope_type': 'yarn'|rope_parameters.rope_type is \"yarn\"",
        "'use_cache': true|'quantization_config': {'bits': 4}|quantization_config is there",
      })
  void aModelOfAnUnknownKindIsUnsupported(String from, String to, String named) throws IOException {
    copyTiny();
    edit("config.json", from, to);
    assertThatThrownBy(this::open)
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model_type': 'llama'|'model_type': 7|model_type is 7",
        "'num_hidden_layers': 3|'num_hidden_layers': 'three'|num_hidden_layers is \"three\"",
        "'rms_norm_eps': 1e-05|'rms_norm_eps': []|rms_norm_eps is [], must be a number",
        "'num_hidden_layers': 3|'num_hidden_layers': 3, 'num_hidden_layers': 4|is not JSON",
      })
  void aWrongConfigurationIsRefusedByName(String from, String to, String named) throws IOException {
    copyTiny();
    edit("config.json", from, to);
    refuses("config.json: ", named);
  }

  @Test
  void numbersOutOfRangeAreNamedAsTheFileHasThem() throws IOException {
    copyTiny();
    edit("config.json", "'num_attention_heads': 4", "'num_attention_heads': -4");
    Metadata numbers = open().hyperparameters();
    assertThatThrownBy(() -> numbers.count("attention.head_count"))
        .hasMessageContaining("config.json: num_attention_heads is -4, must be in [1, 2147483647]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model-00003-of-00003.safetensors",
        "/etc/passwd",
        "..",
        "",
        "a/b.safetensors",
        "a\\\\b.safetensors"
      })
  void anIndexThatPointsOutsideItsFolderIsRefused(String file) throws IOException {
    copyTiny();
    edit(
        "model.safetensors.index.json",
        "'lm_head.weight': 'model-00003-of-00003.safetensors'",
        "'lm_head.weight': '" + file + "'");
    refuses("weight_map.lm_head.weight is ", "must be the name of a file in the same folder");
  }

  @Test
  void whatTheIndexPromisesMustBeThere() throws IOException {
    copyTiny();
    String index = "model.safetensors.index.json";
    String shard = "model-00003-of-00003.safetensors";
    edit(index, "'lm_head.weight': '" + shard, "'lm_head.weight': 'model-00009.safetensors");
    refuses("model-00009.safetensors, which has lm_head.weight, is missing");
    edit(
        index,
        "'lm_head.weight': 'model-00009.safetensors'",
        "'lm_head.weight': 'model-00001-of-00003.safetensors'");
    refuses("model-00001-of-00003.safetensors: tensor lm_head.weight is missing");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    refuses("config.json is missing");
    write("config.json", "{'model_type':'llama','tie_word_embeddings':false}");
    refuses("neither model.safetensors nor model.safetensors.index.json is there");
    tensors(Map.of("model.norm.weight", counting(4)));
    refuses("the embedding, such as embed_tokens.weight, is missing");
    tensors(Map.of("model.embed_tokens.weight", counting(3, 4)));
    refuses("tensor lm_head.weight is missing, but tie_word_embeddings is false");
    write("config.json", "{'model_type':'llama'}");
    refuses("tensor lm_head.weight is missing, but tie_word_embeddings is false");
    write("config.json", "{'model_type':'llama','tie_word_embeddings':true}");
    Checkpoint checkpoint = open();
    assertThatThrownBy(() -> checkpoint.floats("output_norm.weight", 4))
        .hasMessageContaining("tensor output_norm.weight is missing");
    assertThatThrownBy(() -> checkpoint.floats("token_embd.weight", 4, 3))
        .hasMessageContaining("tensor token_embd.weight has shape [3, 4], must be [4, 3]");
    assertThatThrownBy(() -> checkpoint.hyperparameters().count("block_count"))
        .hasMessageContaining("config.json: num_hidden_layers is missing");
  }

  @Test
  void aTiedHeadIsLeftOutThoughItIsStored() throws IOException {
    write("config.json", "{'model_type':'llama','tie_word_embeddings':true}");
    tensors(Map.of("model.embed_tokens.weight", counting(3, 4), "lm_head.weight", counting(3, 4)));
    assertThat(open().tensors().keySet()).containsExactly("token_embd.weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors.index.json"})
  void noMutationOfTheFilesAboutTheTensorsCrashesOrTakesMuchMemory(String name) throws IOException {
    copyTiny();
    byte[] sound = Files.readAllBytes(folder.resolve(name));
    RandomStream random = RandomStream.ofSeed(5);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] mutated = Mutation.of(sound, sound.length, random);
      Files.write(folder.resolve(name), mutated);
      Allocation allocation = new Allocation();
      try {
        open();
      } catch (MalformedCheckpointException | UnsupportedCheckpointException e) {
        refused++;
        assertThat(e.getMessage())
            .as(() -> new String(mutated, StandardCharsets.UTF_8))
            .isNotBlank();
      }
      assertThat(allocation.bytes()).as("mutation %d", i).isLessThan(1 << 22);
    }
    assertThat(refused).isGreaterThan(100);
  }
}
