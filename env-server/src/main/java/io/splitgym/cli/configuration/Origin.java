package io.splitgym.cli.configuration;

import java.nio.file.Path;

/** Where a value comes from. */
sealed interface Origin {
  Origin DEFAULT = new Default();

  /** The command line. */
  record Flag(String name) implements Origin {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The environment. */
  record Variable(String name) implements Origin {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * The configuration file.
   *
   * @param line from 1
   */
  record FileLine(Path file, int line) implements Origin {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /** Nowhere: it is what the program has. */
  record Default() implements Origin {
    @Override
    public String toString() {
      return "default";
    }
  }
}
