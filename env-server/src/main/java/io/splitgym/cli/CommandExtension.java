package io.splitgym.cli;

import java.util.List;

/**
 * Brings commands from another module to the command line; found by {@link
 * java.util.ServiceLoader}.
 */
public interface CommandExtension {
  /** Instances of classes annotated as picocli commands. */
  List<Object> commands();
}
