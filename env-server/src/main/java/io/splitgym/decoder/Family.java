package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.Excerpt;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a family's decoder is put together. What stands here is LLaMA's way (Touvron et al., 2023);
 * each sibling says only how it differs. Names of tensors and numbers are {@link Checkpoint}'s.
 */
sealed interface Family permits Llama, Mistral, Qwen2, Qwen3, Gemma3, Gpt2 {
  /** All families that can be evaluated. */
  List<Family> ALL =
      List.of(new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new Gemma3(), new Gpt2());

  /**
   * A checkpoint's family.
   *
   * @throws UnsupportedCheckpointException naming the known ones
   */
  static Family of(Checkpoint checkpoint) throws UnsupportedCheckpointException {
    String architecture = checkpoint.architecture();
    for (Family family : ALL) {
      if (family.architecture().equals(architecture)) {
        return family;
      }
    }
    throw new UnsupportedCheckpointException(
        checkpoint.path()
            + ": the architecture is "
            + Excerpt.of(architecture)
            + ", must be one of "
            + ALL.stream().map(Family::architecture).toList());
  }

  /** As checkpoints call it. */
  String architecture();

  /** Whether the feed-forward network has a gate. */
  default boolean gates() {
    return true;
  }

  /** Whether queries and keys are normed, head by head, before they are rotated. */
  default boolean normsHeads() {
    return false;
  }

  /** Whether what attention and the feed-forward network give is normed before it is added. */
  default boolean normsAfter() {
    return false;
  }

  /** Which projections have biases. */
  default Biases biases(Checkpoint checkpoint) throws MalformedCheckpointException {
    return Biases.told(checkpoint);
  }

  /** Of the feed-forward network. */
  default Activation activation() {
    return Activation.SILU;
  }

  /** What rows of the embedding are multiplied by. */
  default float embeddingScale(TransformerShape shape) {
    return 1;
  }

  /** What queries are multiplied by. */
  default float attentionScale(Blueprint blueprint) throws MalformedCheckpointException {
    double usual = 1 / Math.sqrt(blueprint.shape().headSize());
    return (float) blueprint.numbers().findNumber("attention.scale").orElse(usual);
  }

  /** How a layer, counted from 0, knows places. */
  default Positions positions(Blueprint blueprint, int layer) throws MalformedCheckpointException {
    double base = blueprint.numbers().findNumber("rope.freq_base").orElse(10_000);
    return new Positions(blueprint.scaledFrequencies(base), reach(blueprint, layer));
  }

  /** How many tokens back a layer, counted from 0, looks: the sliding window of Mistral. */
  default OptionalInt reach(Blueprint blueprint, int layer) throws MalformedCheckpointException {
    Metadata numbers = blueprint.numbers();
    OptionalInt window = numbers.findCount("attention.sliding_window");
    return window.isPresent() && slides(numbers, layer) ? window : OptionalInt.empty();
  }

  /** Whether a layer, counted from 0, has the sliding window, where there is one. */
  default boolean slides(Metadata numbers, int layer) throws MalformedCheckpointException {
    String pattern = "attention.sliding_window_pattern";
    if (numbers.find(pattern, List.class).isPresent()) {
      List<Boolean> sliding = numbers.flags(pattern);
      if (layer >= sliding.size()) {
        throw numbers.wrong(pattern, "a list of " + sliding.size(), "one for each layer");
      }
      return sliding.get(layer);
    }
    OptionalInt period = numbers.findCount(pattern);
    return period.isEmpty() || (layer + 1) % period.getAsInt() != 0;
  }

  /** A norm of rows of that size. */
  default Norm norm(Blueprint blueprint, WeightReader weights, String name, int size)
      throws MalformedCheckpointException {
    double epsilon = blueprint.numbers().number("attention.layer_norm_rms_epsilon");
    return new RootMeanSquareNorm(weights.vector(name + ".weight", size), (float) epsilon);
  }

  /** What makes queries, keys and values. */
  default List<Projection> queryKeyValue(Blueprint blueprint, WeightReader weights, String layer)
      throws MalformedCheckpointException {
    TransformerShape shape = blueprint.shape();
    boolean bias = blueprint.biases().inputs();
    int queries = shape.heads() * shape.headSize();
    int keys = shape.keyValueHeads() * shape.headSize();
    return List.of(
        weights.projection(layer + "attn_q", queries, shape.hidden(), bias),
        weights.projection(layer + "attn_k", keys, shape.hidden(), bias),
        weights.projection(layer + "attn_v", keys, shape.hidden(), bias));
  }

  /** The network behind attention. */
  default FeedForward feedForward(Blueprint blueprint, WeightReader weights, String layer)
      throws MalformedCheckpointException {
    int hidden = blueprint.shape().hidden();
    int inner = blueprint.shape().feedForward();
    boolean bias = blueprint.biases().feedForward();
    return weights
        .arithmetic()
        .feedForward(
            activation(),
            gates() ? weights.projection(layer + "ffn_gate", inner, hidden, bias) : null,
            weights.projection(layer + "ffn_up", inner, hidden, bias),
            weights.projection(layer + "ffn_down", hidden, inner, bias));
  }

  /** What is added to the embedding: [context, D], row-major, or nothing. */
  default float[] learnedPositions(TransformerShape shape, WeightReader weights)
      throws MalformedCheckpointException {
    return new float[0];
  }

  /** A layer, counted from 0, with its weights. */
  default Layer layer(Blueprint blueprint, WeightReader weights, int layer)
      throws MalformedCheckpointException {
    TransformerShape shape = blueprint.shape();
    String name = "blk." + layer + ".";
    int hidden = shape.hidden();
    List<Projection> inputs = queryKeyValue(blueprint, weights, name);
    Attention attention =
        new Attention(
            shape,
            positions(blueprint, layer),
            weights.arithmetic(),
            inputs.get(0),
            inputs.get(1),
            inputs.get(2),
            weights.projection(
                name + "attn_output",
                hidden,
                shape.heads() * shape.headSize(),
                blueprint.biases().output()),
            normsHeads() ? norm(blueprint, weights, name + "attn_q_norm", shape.headSize()) : null,
            normsHeads() ? norm(blueprint, weights, name + "attn_k_norm", shape.headSize()) : null,
            attentionScale(blueprint));
    return new Layer(
        norm(blueprint, weights, name + "attn_norm", hidden),
        attention,
        normsAfter() ? norm(blueprint, weights, name + "post_attention_norm", hidden) : null,
        norm(blueprint, weights, name + "ffn_norm", hidden),
        feedForward(blueprint, weights, name),
        normsAfter() ? norm(blueprint, weights, name + "post_ffw_norm", hidden) : null,
        weights);
  }
}
