package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A {@link Checkpoint} in one GGUF file, whose names and keys are the checkpoint's. */
final class GgufCheckpoint implements Checkpoint {
  private static final String ARCHITECTURE = "general.architecture";
  // ggml's rotation for LLaMA works on neighbouring rows, all other families' on halves.
  private static final String INTERLEAVED_FAMILY = "llama";
  private static final Pattern ROTATED = Pattern.compile("blk\\.\\d+\\.attn_[qk]\\.(weight|bias)");

  private final Path path;
  private final GgufFile file;
  private final String architecture;
  private final Metadata hyperparameters;
  private final Map<String, CheckpointTensor> tensors;

  private GgufCheckpoint(
      Path path,
      GgufFile file,
      String architecture,
      Metadata hyperparameters,
      Map<String, CheckpointTensor> tensors) {
    this.path = path;
    this.file = file;
    this.architecture = architecture;
    this.hyperparameters = hyperparameters;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  static GgufCheckpoint open(Path path) throws IOException {
    GgufFile file = GgufFile.open(path);
    String architecture = file.metadata().text(ARCHITECTURE);
    Metadata hyperparameters = file.metadata().within(architecture + ".");
    Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
    for (MappedTensor stored : file.tensors().values()) {
      Arrangement arrangement =
          architecture.equals(INTERLEAVED_FAMILY) && ROTATED.matcher(stored.name()).matches()
              ? pairsApart(path, stored, hyperparameters)
              : new Arrangement.Same();
      tensors.put(
          stored.name(), CheckpointTensor.of(path.toString(), stored.name(), stored, arrangement));
    }
    return new GgufCheckpoint(path, file, architecture, hyperparameters, tensors);
  }

  private static Arrangement pairsApart(Path path, MappedTensor stored, Metadata hyperparameters)
      throws MalformedCheckpointException {
    boolean keys = stored.name().contains(".attn_k.");
    int heads =
        keys && hyperparameters.findCount("attention.head_count_kv").isPresent()
            ? hyperparameters.count("attention.head_count_kv")
            : hyperparameters.count("attention.head_count");
    int rows = stored.shape().get(0);
    if (rows % (2L * heads) != 0) {
      throw new MalformedCheckpointException(
          path
              + ": tensor "
              + stored.name()
              + " has "
              + rows
              + " rows, must be a multiple of 2 for each of "
              + heads
              + " heads");
    }
    return new Arrangement.PairsApart(rows / heads);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Optional<String> title() {
    return file.metadata().find("general.name", String.class);
  }

  @Override
  public String architecture() {
    return architecture;
  }

  @Override
  public Metadata hyperparameters() {
    return hyperparameters;
  }

  @Override
  public TokenizerSource tokenizer() {
    return new TokenizerSource.GgufMetadata(file.metadata().within("tokenizer.ggml."));
  }

  @Override
  public Map<String, CheckpointTensor> tensors() {
    return tensors;
  }
}
