package io.splitgym.space;

/** A set of observations or actions. */
public sealed interface Space permits Box, Discrete {
  /** Whether the element has this space's kind, shape and bounds. */
  boolean contains(SpaceElement element);
}
