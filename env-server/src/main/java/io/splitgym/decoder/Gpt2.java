package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.util.List;
import java.util.OptionalInt;

/**
 * GPT-2 (Radford et al., 2019): learned positions, LayerNorm, biases, no gate; queries, keys and
 * values in one tensor.
 */
record Gpt2() implements Family {
  @Override
  public String architecture() {
    return "gpt2";
  }

  @Override
  public boolean gates() {
    return false;
  }

  @Override
  public Activation activation() {
    return Activation.GELU_TANH;
  }

  @Override
  public Biases biases(Checkpoint checkpoint) {
    return new Biases(true, true, true);
  }

  @Override
  public Positions positions(Blueprint blueprint, int layer) {
    return new Positions(List.of(), OptionalInt.empty());
  }

  @Override
  public Norm norm(Blueprint blueprint, WeightReader weights, String name, int size)
      throws MalformedCheckpointException {
    return new LayerNorm(
        weights.vector(name + ".weight", size),
        weights.vector(name + ".bias", size),
        (float) blueprint.numbers().number("attention.layer_norm_epsilon"));
  }

  @Override
  public List<Projection> queryKeyValue(Blueprint blueprint, WeightReader weights, String layer)
      throws MalformedCheckpointException {
    int hidden = blueprint.shape().hidden();
    return weights.projections(
        layer + "attn_qkv", hidden, blueprint.biases().inputs(), hidden, hidden, hidden);
  }

  @Override
  public float[] learnedPositions(TransformerShape shape, WeightReader weights)
      throws MalformedCheckpointException {
    return weights.read("position_embd.weight", shape.context(), shape.hidden());
  }
}
