package io.splitgym.cli.configuration;

import picocli.CommandLine.Option;

/** Lets a command tell what it would run with: the mixin of commands with many settings. */
public final class PrintConfigOption {
  static final String FLAG = "--print-config";

  @Option(
      names = FLAG,
      description =
          "Print every setting with its value and where that comes from, as the configuration file"
              + " has it, and end.")
  private boolean wanted;
}
