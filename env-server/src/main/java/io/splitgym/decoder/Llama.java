package io.splitgym.decoder;

/** LLaMA 1 to 3, SmolLM, TinyLlama; in GGUF files Mistral too. */
record Llama() implements Family {
  @Override
  public String architecture() {
    return "llama";
  }
}
