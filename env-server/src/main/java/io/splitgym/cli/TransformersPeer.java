package io.splitgym.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.perplexity.LlmBenchmark;
import io.splitgym.perplexity.ScoredWindows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The same windows through the same weights in transformers, in a Python beside this process. */
final class TransformersPeer implements LlmBenchmark.Peer, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "transformers_forward.py";
  private static final long PATIENCE_SECONDS = 10;

  private final Path script;
  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;
  private final JsonNode description;
  private double nll;

  private TransformersPeer(
      Path script, Process process, Path model, int threads, List<ScoredWindows> windows)
      throws IOException {
    this.script = script;
    this.process = process;
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.description =
        ask(
            JSON.writeValueAsString(
                Map.of("model", model.toString(), "threads", threads, "batches", windows)));
  }

  /**
   * Starts it; it has loaded the model then.
   *
   * @param python one that can import torch, transformers and gguf
   */
  static TransformersPeer start(
      String python, Path model, int threads, List<ScoredWindows> windows) {
    try {
      Path script = Files.createTempFile("splitgym-", ".py");
      try (InputStream resource = TransformersPeer.class.getResourceAsStream(SCRIPT)) {
        if (resource == null) {
          throw new IllegalStateException("the resource " + SCRIPT + " is missing");
        }
        Files.write(script, resource.readAllBytes());
        Process process =
            new ProcessBuilder(python, script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
          return new TransformersPeer(script, process, model, threads, windows);
        } catch (IOException | RuntimeException e) {
          process.destroyForcibly();
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(script);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public double forwardSeconds() {
    try {
      JsonNode answer = ask("again");
      nll = answer.get("nll").asDouble();
      return answer.get("seconds").asDouble();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which versions it is. */
  String description() {
    return "transformers "
        + description.get("transformers").asText()
        + " on PyTorch "
        + description.get("torch").asText();
  }

  /** What its last pass came to, in nats a token. */
  double nll() {
    return nll;
  }

  private JsonNode ask(String line) throws IOException {
    questions.write(line + "\n");
    questions.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new CommandFailedException(
          "the Python of --peer-python ended without an answer; it needs the packages torch,"
              + " transformers, accelerate and gguf");
    }
    try {
      return JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      throw new CommandFailedException(
          "the Python of --peer-python answered what is no JSON: " + answer);
    }
  }

  @Override
  public void close() {
    try {
      questions.close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(script);
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
