package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model's tensors and what is said about them, the same whatever the format: names and keys are
 * GGUF's, and what the formats store differently is put into one form.
 *
 * <ul>
 *   <li>Names: {@code token_embd.weight}, {@code blk.0.attn_q.weight}, {@code output_norm.weight};
 *       {@code output.weight} is missing where the embedding is the head. Biases end in {@code
 *       .bias}.
 *   <li>Matrices are [outputs, inputs].
 *   <li>Rows of queries and keys are in the order for rotary pairs (i, i + headSize / 2).
 *   <li>Weights of norms are what a normed state is multiplied by, in Gemma too.
 *   <li>{@code rope_freqs.weight}, where it is there, holds what each rotary frequency is divided
 *       by (LLaMA 3).
 * </ul>
 */
public sealed interface Checkpoint permits GgufCheckpoint, HuggingFaceFolder {
  /** The name of the tensor with a row for each token, [V, D], which every model has. */
  String EMBEDDING = "token_embd.weight";

  /**
   * Maps a GGUF file, or a folder as Hugging Face's tools write it.
   *
   * @throws MalformedCheckpointException if something in it is missing, out of range or unknown
   * @throws UnsupportedCheckpointException if a folder's model is of a family that isn't known
   * @throws IOException if it can't be read
   */
  static Checkpoint open(Path path) throws IOException {
    return Files.isDirectory(path) ? HuggingFaceFolder.open(path) : GgufCheckpoint.open(path);
  }

  /** The file or folder. */
  Path path();

  /** What the model calls itself. */
  Optional<String> title();

  /** The family in GGUF's words, such as {@code llama} or {@code gemma3}. */
  String architecture();

  /**
   * The dimensions, by GGUF's keys without the architecture before them, such as {@code
   * block_count} and {@code attention.head_count}.
   */
  Metadata hyperparameters();

  /** What the tokenizer is made from. */
  TokenizerSource tokenizer();

  /** All tensors by name. */
  Map<String, CheckpointTensor> tensors();

  /**
   * A tensor that must be there.
   *
   * @param shape what the caller counts on, outermost first
   * @throws MalformedCheckpointException if there is no such tensor or its shape is another
   */
  default CheckpointTensor tensor(String name, int... shape) throws MalformedCheckpointException {
    CheckpointTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new MalformedCheckpointException(path() + ": tensor " + name + " is missing");
    }
    tensor.requireShape(shape);
    return tensor;
  }

  /**
   * A tensor's numbers, widened to float32.
   *
   * @param shape what the caller counts on, outermost first
   * @return row-major
   * @throws MalformedCheckpointException if there is no such tensor, its shape is another, or it
   *     has too many elements for an array
   */
  default float[] floats(String name, int... shape) throws MalformedCheckpointException {
    return tensor(name, shape).floats();
  }
}
