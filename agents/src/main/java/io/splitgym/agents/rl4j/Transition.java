package io.splitgym.agents.rl4j;

import org.deeplearning4j.rl4j.observation.IObservationSource;
import org.deeplearning4j.rl4j.observation.Observation;

/**
 * One step of an episode.
 *
 * @param getObservation what the action was chosen by; the name is RL4J's
 * @param logProbability of the action when it was drawn, in nats
 * @param terminal whether nothing follows {@code next}
 * @param next what the step led to
 * @param last whether the episode ended with this step, one way or the other
 */
record Transition(
    Observation getObservation,
    int action,
    double logProbability,
    double reward,
    boolean terminal,
    Observation next,
    boolean last)
    implements IObservationSource {}
