package io.splitgym.cli;

import java.util.List;

/**
 * Brings commands from another module to the command line; found by {@link
 * java.util.ServiceLoader}.
 */
public interface CommandExtension {
  /** In the order in which help lists them. */
  List<NamedCommand> commands();
}
