package io.splitgym.cli;

import io.splitgym.validation.Require;
import java.util.List;
import java.util.stream.LongStream;
import picocli.CommandLine.Option;

/** Which noise: the mixin of every command that draws some of its own. */
final class DrawsOption {
  @Option(
      names = "--draws",
      paramLabel = "D",
      defaultValue = "1",
      description = "Noise draws at each cell (default: ${DEFAULT-VALUE}).")
  private int draws = 1;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "The draws' noise seeds are K, K+1, ... (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  /** At least 1. */
  int count() {
    return Require.positive("--draws", draws);
  }

  /** Of the first draw. */
  long seed() {
    return seed;
  }

  /** Of every draw. */
  List<Long> seeds() {
    return LongStream.range(Require.followed("--seed", seed, count()), seed + count())
        .boxed()
        .toList();
  }
}
