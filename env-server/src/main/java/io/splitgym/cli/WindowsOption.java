package io.splitgym.cli;

import picocli.CommandLine.Option;

/** How a text is cut, where that has a fixed default, which each command says for itself. */
public final class WindowsOption {
  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens in a window (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "How many of the text's first tokens are used (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  public WindowsOption(int window, int maxTokens) {
    this.window = window;
    this.maxTokens = maxTokens;
  }

  public int window() {
    return window;
  }

  public int maxTokens() {
    return maxTokens;
  }
}
