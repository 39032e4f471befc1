package io.splitgym.decoder;

import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import java.util.OptionalInt;

/**
 * Gemma 3 (2025): local layers with a rotary base of their own between global ones, norms on both
 * sides. What its GGUF files don't say is filled in as llama.cpp does.
 */
record Gemma3() implements Family {
  private static final double LOCAL_ROPE_BASE = 10_000;
  private static final int LAYERS_TO_A_GLOBAL_ONE = 6;
  private static final int LAYERS_OF_27B = 62;

  @Override
  public String architecture() {
    return "gemma3";
  }

  @Override
  public boolean normsHeads() {
    return true;
  }

  @Override
  public boolean normsAfter() {
    return true;
  }

  @Override
  public Activation activation() {
    return Activation.GELU_TANH;
  }

  @Override
  public float embeddingScale(TransformerShape shape) {
    return (float) Math.sqrt(shape.hidden());
  }

  @Override
  public float attentionScale(Blueprint blueprint) throws MalformedCheckpointException {
    TransformerShape shape = blueprint.shape();
    // the largest model alone was trained with the hidden size of a head in place of its own
    int size = shape.layers() == LAYERS_OF_27B ? shape.hidden() / shape.heads() : shape.headSize();
    return (float) blueprint.numbers().findNumber("attention.scale").orElse(1 / Math.sqrt(size));
  }

  @Override
  public Positions positions(Blueprint blueprint, int layer) throws MalformedCheckpointException {
    OptionalInt reach = reach(blueprint, layer);
    if (reach.isEmpty()) {
      return Family.super.positions(blueprint, layer);
    }
    double base = blueprint.numbers().findNumber("rope.freq_base_swa").orElse(LOCAL_ROPE_BASE);
    return new Positions(blueprint.frequencies(base), reach);
  }

  @Override
  public boolean slides(Metadata numbers, int layer) throws MalformedCheckpointException {
    boolean said = numbers.find("attention.sliding_window_pattern", Object.class).isPresent();
    return said ? Family.super.slides(numbers, layer) : (layer + 1) % LAYERS_TO_A_GLOBAL_ONE != 0;
  }
}
