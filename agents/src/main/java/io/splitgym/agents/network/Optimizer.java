package io.splitgym.agents.network;

/** Changes a network's parameters along its gradients. It belongs to one network. */
public interface Optimizer {
  /**
   * One step.
   *
   * @param gradientScale what the gradients are multiplied with first, to limit their norm
   */
  void step(float gradientScale);
}
