package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformerShapeTest {
  private static final String NUMBERS =
      "'num_hidden_layers':2,'hidden_size':4,'num_attention_heads':2,'intermediate_size':8,"
          + "'max_position_embeddings':64,'rms_norm_eps':1e-5";

  @TempDir private Path folder;

  private Checkpoint checkpoint(String type, String rope, String more) throws IOException {
    String config =
        "{'model_type':'"
            + type
            + "','rope_scaling':{'rope_type':'"
            + rope
            + "','factor':2},"
            + NUMBERS
            + "}";
    Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
    TreeMap<String, Tensor> tensors = new TreeMap<>();
    tensors.put("model.embed_tokens.weight", new Tensor(List.of(7, 4), new float[28]));
    tensors.put(more, new Tensor(List.of(4), new float[4]));
    Files.write(
        folder.resolve("model.safetensors"), new SafetensorsFile(new TreeMap<>(), tensors).write());
    return Checkpoint.open(folder);
  }

  @Test
  void theVocabularyIsAsLongAsTheEmbedding() throws IOException {
    TransformerShape shape =
        TransformerShape.of(checkpoint("llama", "default", "model.norm.weight"));
    assertThat(shape).isEqualTo(new TransformerShape(2, 4, 2, 2, 8, 7, 64, 10_000, 1e-5));
  }

  @ParameterizedTest
  @CsvSource({
    "qwen2, default, model.norm.weight, the architecture is qwen2",
    "llama, linear, model.norm.weight, rotary positions are scaled",
    "llama, default, model.layers.0.self_attn.q_proj.bias, blk.0.attn_q.bias",
  })
  void whatWouldBeComputedWronglyIsRefused(String type, String rope, String more, String named)
      throws IOException {
    Checkpoint checkpoint = checkpoint(type, rope, more);
    assertThatThrownBy(() -> TransformerShape.of(checkpoint))
        .isInstanceOf(UnsupportedCheckpointException.class)
        .hasMessageContaining(named);
  }
}
