package io.splitgym.extension;

import java.util.List;

/**
 * Something that was added from outside. Implementations are public, have a public constructor
 * without arguments, and stand in a file under {@code META-INF/services} that is called like the
 * kind of extension that they are. They are made anew each time they are asked for.
 */
public interface Extension {
  /**
   * The name in requests, on the command line and in files: small letters, digits and hyphens, a
   * letter first, at most 63 characters; none of SplitGym's own.
   */
  String name();

  /** One sentence for people. */
  String description();

  /** What can be chosen about it; nothing unless told otherwise. */
  default List<Parameter> parameters() {
    return List.of();
  }
}
