package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.perplexity.LanguageModel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * One small random model as a GGUF file and as a Hugging Face folder; see {@code
 * make_tiny_llama.py}.
 */
class FormatsAgreementTest {
  private static Path resource(String name) throws URISyntaxException {
    URL url = FormatsAgreementTest.class.getResource(name);
    return Path.of(url.toURI());
  }

  private static float[][] logits(LanguageModel model, int[] tokens) {
    float[] start = model.decoder().embed(new int[][] {tokens})[0];
    return model.decoder().logits(start, tokens.length, 0);
  }

  @Test
  void bothFormatsGiveTheSameLogitsAndTheyAreTransformers() throws IOException, URISyntaxException {
    JsonNode expected = new ObjectMapper().readTree(resource("tiny-llama-logits.json").toFile());
    int[] tokens = new ObjectMapper().convertValue(expected.get("token_ids"), int[].class);
    try (LanguageModel gguf = LanguageModel.load("gguf", "", resource("tiny-llama.gguf"));
        LanguageModel folder = LanguageModel.load("folder", "", resource("tiny-llama"))) {
      float[][] one = logits(gguf, tokens);
      assertThat(logits(folder, tokens)).isDeepEqualTo(one);
      for (int i = 0; i < tokens.length; i++) {
        double squares = 0;
        for (float logit : one[i]) {
          squares += (double) logit * logit;
        }
        assertThat(Math.sqrt(squares))
            .isCloseTo(expected.get("norms").get(i).asDouble(), within(1e-4));
        JsonNode row = expected.get("logits").get(i);
        for (int id = 0; id < row.size(); id++) {
          assertThat((double) one[i][id])
              .as("logit of token %d at position %d", id, i)
              .isCloseTo(row.get(id).asDouble(), within(1e-4));
        }
      }
    }
  }

  @Test
  void bothTokenizersAgreeAndKnowTheTokenThatBeginsATextWithoutAddingIt()
      throws IOException, URISyntaxException {
    JsonNode expected = new ObjectMapper().readTree(resource("tiny-llama-logits.json").toFile());
    int[] tokens = new ObjectMapper().convertValue(expected.get("token_ids"), int[].class);
    String text = expected.get("text").asText();
    for (String name : new String[] {"tiny-llama.gguf", "tiny-llama"}) {
      try (LanguageModel model = LanguageModel.load(name, "", resource(name))) {
        assertThat(model.tokenizer().beginning()).as(name).hasValue(tokens[0]);
        assertThat(model.tokenizer().encode(text))
            .as(name)
            .containsExactly(java.util.Arrays.copyOfRange(tokens, 1, tokens.length));
      }
    }
  }
}
