package io.splitgym.space;

import io.splitgym.validation.Require;

/** The integers 0 to n - 1. */
public record Discrete(int n) implements Space {
  public Discrete {
    Require.positive("n", n);
  }

  @Override
  public boolean contains(SpaceElement element) {
    return element instanceof DiscreteElement discrete
        && discrete.index() >= 0
        && discrete.index() < n;
  }
}
