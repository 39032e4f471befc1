package io.splitgym.decoder;

/** Qwen 3 (2025). */
record Qwen3() implements Family {
  @Override
  public String architecture() {
    return "qwen3";
  }

  @Override
  public boolean normsHeads() {
    return true;
  }
}
