package io.splitgym.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.policy.DenseNetwork;
import io.splitgym.agents.policy.DenseNetwork.Layer;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.agents.policy.SoftmaxPolicy;
import io.splitgym.space.Box;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PolicyCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private Path file = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Logits 2 p and 0, p scaled onto [-1, 1]. */
  @BeforeEach
  void keepAPolicy() throws IOException {
    file = folder.resolve("policy.safetensors");
    Box space = new Box(List.of("sigma", "p"), new float[] {0, 1}, new float[] {0.3f, 9});
    DenseNetwork network =
        new DenseNetwork(List.of(new Layer(new float[] {0, 2, 0, 0}, new float[] {0, 0})));
    Files.write(
        file,
        new PolicyFile(
                new SoftmaxPolicy("ppo", new ObservationScaling(space), network),
                new TreeMap<>(
                    Map.of(
                        "seed", "7",
                        "hyperparameters", "{\"epochs\":10}",
                        "reward", "{kind=reference, clip=true}")))
            .write());
  }

  @Test
  void everyObservationIsAnsweredWithActionAndProbabilities() throws IOException {
    List<JsonNode> answers = serve("[0.1, 9]\n\n{\"p\": 1, \"sigma\": 0.3}\n[0.1, 5]");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).path("action").asInt()).isZero();
    double likely = 1 / (1 + Math.exp(-2));
    assertThat(answers.get(0).path("probabilities").get(0).asDouble())
        .isCloseTo(likely, within(1e-6));
    assertThat(answers.get(1).path("action").asInt()).isEqualTo(1);
    assertThat(answers.get(1).path("probabilities").get(1).asDouble())
        .isCloseTo(likely, within(1e-6));
    assertThat(answers.get(2).path("probabilities").toString()).isEqualTo("[0.5,0.5]");
  }

  @Test
  void whatIsNoObservationIsAnsweredWithWhyAndTheNextLineAsUsual() throws IOException {
    List<JsonNode> answers =
        serve("[0.1]\n{\"sigma\": 0.1, \"q\": 2}\nhello\n[0.1, \"5\"]\n[0.1, 10]\n[0.1, 5]\n");
    for (int i = 0; i < 4; i++) {
      assertThat(answers.get(i).path("error").asText())
          .endsWith(", must be a JSON list or object of the numbers sigma, p");
    }
    assertThat(answers.get(4).path("error").asText()).isEqualTo("p is 10, must be in [1.0, 9.0]");
    assertThat(answers.get(5).has("action")).isTrue();
  }

  @Test
  void saysWhatItIs() throws IOException {
    assertThat(run("", "--about")).isZero();
    JsonNode about = JSON.readTree(out.toString());
    assertThat(about.path("agent").asText()).isEqualTo("ppo");
    assertThat(about.path("actions").asInt()).isEqualTo(2);
    assertThat(about.at("/observation/names").toString()).isEqualTo("[\"sigma\",\"p\"]");
    assertThat(about.at("/about/seed").asText()).isEqualTo("7");
    assertThat(about.at("/about/hyperparameters/epochs").asInt()).isEqualTo(10);
    // as older versions wrote it
    assertThat(about.at("/about/reward").asText()).isEqualTo("{kind=reference, clip=true}");
  }

  @Test
  void endlessLinesAndMissingFilesAreRefused() throws IOException {
    assertThat(run("[" + " ".repeat(70_000))).isEqualTo(1);
    assertThat(err.toString()).contains("a line has more than 65536 characters");
    Files.delete(file);
    assertThat(run("")).isEqualTo(2);
    assertThat(err.toString()).contains("must be the file of a policy that train --save wrote");
  }

  private List<JsonNode> serve(String input) throws IOException {
    assertThat(run(input)).as(err.toString()).isZero();
    List<JsonNode> answers = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      answers.add(JSON.readTree(line));
    }
    return answers;
  }

  private int run(String input, String... options) {
    List<String> arguments = new ArrayList<>(List.of(file.toString()));
    arguments.addAll(List.of(options));
    return CommandRun.of(
        new CommandLine(
            new PolicyCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)))),
        out,
        err,
        arguments.toArray(String[]::new));
  }
}
