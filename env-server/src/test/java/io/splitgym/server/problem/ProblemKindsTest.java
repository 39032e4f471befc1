package io.splitgym.server.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What openapi.yaml says that problems can be. */
class ProblemKindsTest {
  private static final Path CONTRACT = Path.of("..", "openapi.yaml");

  @Test
  void theContractNamesEveryKindAndNoOther() throws IOException {
    JsonNode named =
        new YAMLMapper()
            .readTree(CONTRACT.toFile())
            .at("/components/schemas/Problem/properties/type/enum");
    List<String> kinds =
        Arrays.stream(Problem.Kind.values()).map(kind -> kind.with("").body().type()).toList();
    assertThat(StreamSupport.stream(named.spliterator(), false).map(JsonNode::asText))
        .containsExactlyInAnyOrderElementsOf(kinds);
  }
}
