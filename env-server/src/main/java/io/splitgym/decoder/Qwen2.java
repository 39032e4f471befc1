package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;

/** Qwen 2 and 2.5: LLaMA whose queries, keys and values have biases. */
record Qwen2() implements Family {
  @Override
  public String architecture() {
    return "qwen2";
  }

  @Override
  public Biases biases(Checkpoint checkpoint) {
    return new Biases(true, false, false);
  }
}
