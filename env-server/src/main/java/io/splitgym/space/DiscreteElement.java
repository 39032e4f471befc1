package io.splitgym.space;

/** An element of a {@link Discrete} space. */
public record DiscreteElement(int index) implements SpaceElement {}
