package io.splitgym.agents.policy;

/**
 * What a training leaves behind: a network over scaled observations. {@link PolicyFile} keeps it.
 */
public sealed interface LearnedPolicy extends Policy permits GreedyValuePolicy, SoftmaxPolicy {
  /** From observations to the network's inputs. */
  ObservationScaling scaling();

  /** From inputs to one number for each action. */
  DenseNetwork network();
}
