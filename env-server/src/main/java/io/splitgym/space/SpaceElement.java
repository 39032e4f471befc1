package io.splitgym.space;

/** One observation or one action. */
public sealed interface SpaceElement permits BoxElement, DiscreteElement {}
