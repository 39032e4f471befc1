package io.splitgym.decoder;

/** Mistral (Jiang et al., 2023): LLaMA whose checkpoints may tell a sliding window. */
record Mistral() implements Family {
  @Override
  public String architecture() {
    return "mistral";
  }
}
