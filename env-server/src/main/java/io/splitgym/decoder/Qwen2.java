package io.splitgym.decoder;

/** Qwen 2 and 2.5: LLaMA whose queries, keys and values have biases. */
record Qwen2() implements Family {
  @Override
  public String architecture() {
    return "qwen2";
  }
}
