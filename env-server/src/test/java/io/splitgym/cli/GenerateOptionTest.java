package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.checkpoint.hub.RealModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class GenerateOptionTest {
  @TempDir private Path data;

  /** A command of its own, as the mixin's real one belongs to another module. */
  @Command(name = "generate")
  private static final class Generate implements Callable<Integer> {
    @Mixin private final GenerateOption generate = new GenerateOption();
    @Mixin private final ModelsOption models = new ModelsOption();
    @Mixin private final DataOption dataOption = new DataOption();
    @Mixin private final PrecisionOption precision = new PrecisionOption();
    @Mixin private final OutputOption output = new OutputOption();

    private final String model;

    private Generate(String model) {
      this.model = model;
    }

    @Override
    public Integer call() throws IOException {
      assertThat(generate.asked()).isTrue();
      ChannelChoice channel = new ChannelChoice("fading-awgn", 8.0, null, null, null);
      generate.run(
          model,
          models,
          dataOption,
          precision,
          new HiddenStatesOption(),
          channel,
          5,
          null,
          null,
          1,
          output);
      return 0;
    }
  }

  @Test
  void noiseMakesThePerplexityWorseAndTheTextAnother() throws IOException {
    String model = RealModel.smollm2().toString();
    PrintStream standardOutput = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    int exitCode;
    try {
      exitCode =
          new CommandLine(new Generate(model))
              .execute("--generate", "--json", "--tokens=8", "--precision=f32", "--data=" + data);
    } finally {
      System.setOut(standardOutput);
    }
    assertThat(exitCode).isZero();
    JsonNode written = new ObjectMapper().readTree(printed.toByteArray()).get("written");
    JsonNode clean = written.get(0);
    JsonNode noisy = written.get(written.size() - 1);
    assertThat(clean.get("sigma").asDouble()).isZero();
    assertThat(noisy.get("perplexity").asDouble())
        .isGreaterThan(1.5 * clean.get("perplexity").asDouble());
    assertThat(noisy.get("text").asText()).isNotEqualTo(clean.get("text").asText());
  }
}
