package io.splitgym.cli;

import picocli.CommandLine.Option;

/** How the channel fades: the mixin of a command that evaluates at one state of it. */
final class ShapeOption {
  @Option(
      names = "--m",
      paramLabel = "M",
      defaultValue = "1",
      description = "Nakagami-m shape, at least 0.5 (default: ${DEFAULT-VALUE}, Rayleigh fading).")
  private double shape = 1;

  double m() {
    return shape;
  }
}
