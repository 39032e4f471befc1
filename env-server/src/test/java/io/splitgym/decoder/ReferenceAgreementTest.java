package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.perplexity.LanguageModel;
import io.splitgym.split.EdgePart;
import io.splitgym.split.UserEquipmentPart;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M here against transformers in float32 on the same dequantised weights. */
class ReferenceAgreementTest {
  @Test
  void logitsAgreeWithTransformers() throws Exception {
    JsonNode reference;
    try (InputStream s = getClass().getResourceAsStream("smollm2-135m-reference.json")) {
      reference = new ObjectMapper().readTree(s);
    }
    Path file = Path.of("/work/scratch/SmolLM2-135M-Instruct.Q4_1.gguf");
    long t0 = System.nanoTime();
    try (LanguageModel model = LanguageModel.load("smollm2", "x", file)) {
      System.out.println("load s " + (System.nanoTime() - t0) / 1e9);
      JsonNode passage = reference.get("passage");
      int[] ids = model.tokenizer().encode(passage.get("text").asText());
      int[] expected = ints(passage.get("token_ids"));
      assertThat(ids).isEqualTo(expected);
      int[][] tokens = {ids};
      for (int split : new int[] {1, 15, 29}) {
        float[] hidden = new UserEquipmentPart(model.decoder(), split).hiddenStates(tokens)[0];
        float[][] logits = new EdgePart(model.decoder(), split).logits(hidden, ids.length);
        JsonNode l = reference.get("logits");
        double worst = 0;
        int[] positions = ints(l.get("positions"));
        int[] vocab = ints(l.get("vocabulary_ids"));
        for (int i = 0; i < positions.length; i++) {
          for (int j = 0; j < vocab.length; j++) {
            worst =
                Math.max(
                    worst,
                    Math.abs(
                        logits[positions[i]][vocab[j]] - l.get("values").get(i).get(j).asDouble()));
          }
        }
        System.out.println("split " + split + " worst " + worst);
        assertThat(worst).isCloseTo(0, within(1e-3));
      }
    }
  }

  private static int[] ints(JsonNode node) {
    return IntStream.range(0, node.size()).map(i -> node.get(i).asInt()).toArray();
  }
}
