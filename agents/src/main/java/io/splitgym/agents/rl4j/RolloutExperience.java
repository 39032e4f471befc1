package io.splitgym.agents.rl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.rl4j.experience.ExperienceHandler;
import org.deeplearning4j.rl4j.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * Collects rollouts of a fixed length across episodes, where RL4J's own handler forgets everything
 * at an episode's start. A transition is whole once what it led to is known, that is, with the next
 * step or at the episode's end.
 */
final class RolloutExperience implements ExperienceHandler<Integer, Transition> {
  private final int rolloutSteps;
  private final DoubleSupplier logProbability;
  private List<Transition> whole = new ArrayList<>();
  private @Nullable Begun begun;

  /**
   * @param logProbability of the action that was drawn last
   */
  RolloutExperience(int rolloutSteps, DoubleSupplier logProbability) {
    this.rolloutSteps = rolloutSteps;
    this.logProbability = logProbability;
  }

  private record Begun(
      Observation observation, int action, double logProbability, double reward, boolean terminal) {
    Transition to(Observation next, boolean last) {
      return new Transition(observation, action, logProbability, reward, terminal, next, last);
    }
  }

  @Override
  public void addExperience(
      Observation observation, Integer action, double reward, boolean isTerminal) {
    if (begun != null) {
      whole.add(begun.to(observation, false));
    }
    begun = new Begun(observation, action, logProbability.getAsDouble(), reward, isTerminal);
  }

  @Override
  public void setFinalObservation(Observation observation) {
    if (begun != null) {
      whole.add(begun.to(observation, true));
      begun = null;
    }
  }

  @Override
  public int getTrainingBatchSize() {
    return whole.size();
  }

  @Override
  public boolean isTrainingBatchReady() {
    return whole.size() >= rolloutSteps;
  }

  @Override
  public List<Transition> generateTrainingBatch() {
    List<Transition> rollout = whole;
    whole = new ArrayList<>();
    return rollout;
  }

  /** Called at each episode's start: rollouts go on. */
  @Override
  public void reset() {
    begun = null;
  }
}
