package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformerShapeTest {
  private static final String NUMBERS =
      "'num_hidden_layers':2,'hidden_size':4,'num_attention_heads':2,'intermediate_size':8,"
          + "'max_position_embeddings':64,'rms_norm_eps':1e-5";

  @TempDir private Path folder;

  private Checkpoint checkpoint(String type, String rope, String more) throws IOException {
    String config =
        "{'model_type':'"
            + type
            + "','tie_word_embeddings':true,'rope_scaling':{'rope_type':'"
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
        TransformerShape.of(checkpoint("llama", "linear", "model.norm.weight"));
    assertThat(shape).isEqualTo(new TransformerShape(2, 4, 2, 2, 2, 8, true, 7, 64));
  }

  @Test
  void headsMustHaveAnEvenSize() throws IOException {
    Checkpoint checkpoint = checkpoint("llama", "linear", "model.norm.weight");
    Files.writeString(
        folder.resolve("config.json"),
        Files.readString(folder.resolve("config.json"))
            .replace("\"hidden_size\":4", "\"hidden_size\":6"));
    assertThat(TransformerShape.of(checkpoint).headSize()).isEqualTo(2);
    Checkpoint odd = Checkpoint.open(folder);
    assertThatThrownBy(() -> TransformerShape.of(odd))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("head size");
  }
}
