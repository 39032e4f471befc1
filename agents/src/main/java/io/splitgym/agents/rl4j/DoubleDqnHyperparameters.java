package io.splitgym.agents.rl4j;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Double DQN (van Hasselt, Guez and Silver, "Deep reinforcement learning with double
 * Q-learning", AAAI 2016) can be told.
 *
 * @param hiddenUnits of each hidden layer, rectified linear
 * @param learningRate of Adam
 * @param discount of future rewards (gamma), in [0, 1)
 * @param batchSize transitions in each update; there is one update for each step
 * @param replayCapacity how many transitions are remembered
 * @param targetUpdateInterval updates between two copies of the network to its target
 * @param explorationFraction of the steps over which the share of random actions falls from 1 to
 *     {@code finalEpsilon}, linearly
 * @param finalEpsilon share of random actions from then on
 */
public record DoubleDqnHyperparameters(
    List<Integer> hiddenUnits,
    double learningRate,
    double discount,
    int batchSize,
    int replayCapacity,
    int targetUpdateInterval,
    double explorationFraction,
    double finalEpsilon) {

  public DoubleDqnHyperparameters {
    hiddenUnits = List.copyOf(hiddenUnits);
    if (hiddenUnits.isEmpty()) {
      throw new InvalidValueException("hiddenUnits", hiddenUnits, "at least one layer");
    }
    hiddenUnits.forEach(units -> Require.positive("hiddenUnits", units));
    Require.positive("learningRate", learningRate);
    if (!(discount >= 0 && discount < 1)) {
      throw new InvalidValueException("discount", discount, "in [0, 1)");
    }
    Require.positive("batchSize", batchSize);
    Require.positive("targetUpdateInterval", targetUpdateInterval);
    if (replayCapacity < batchSize) {
      throw new InvalidValueException(
          "replayCapacity", replayCapacity, "at least the batch size, " + batchSize);
    }
    Require.inRange("explorationFraction", explorationFraction, 0, 1);
    Require.inRange("finalEpsilon", finalEpsilon, 0, 1);
  }

  /**
   * Layers, batch size, Adam and the final epsilon are those of stable-baselines3's DQN. The rest
   * was chosen on a formula shaped like the measurements, for training in some 10,000 steps: a
   * discount whose horizon is about as long as an episode (values under 0.99 differ too little from
   * action to action), exploration over most of the training, and a learning rate and target
   * updates for short trainings.
   */
  public static DoubleDqnHyperparameters defaults() {
    return new DoubleDqnHyperparameters(List.of(64, 64), 2e-3, 0.85, 32, 50_000, 200, 0.6, 0.05);
  }

  /** The names, in the order of the record. */
  public static List<String> names() {
    return Arrays.stream(DoubleDqnHyperparameters.class.getRecordComponents())
        .map(RecordComponent::getName)
        .toList();
  }

  /**
   * These with some set otherwise.
   *
   * @param texts by name, as people write them: {@code 64,64}, {@code 0.001}, {@code 32}
   * @throws InvalidValueException if a name is unknown, or a value is no number or out of range
   */
  public DoubleDqnHyperparameters with(Map<String, String> texts) {
    texts
        .keySet()
        .forEach(
            name -> {
              if (!names().contains(name)) {
                throw new InvalidValueException(
                    "hyperparameter", name, "one of " + String.join(", ", names()));
              }
            });
    return new DoubleDqnHyperparameters(
        units(texts),
        number(texts, "learningRate", learningRate),
        number(texts, "discount", discount),
        integer(texts, "batchSize", batchSize),
        integer(texts, "replayCapacity", replayCapacity),
        integer(texts, "targetUpdateInterval", targetUpdateInterval),
        number(texts, "explorationFraction", explorationFraction),
        number(texts, "finalEpsilon", finalEpsilon));
  }

  private List<Integer> units(Map<String, String> texts) {
    @Nullable String text = texts.get("hiddenUnits");
    if (text == null) {
      return hiddenUnits;
    }
    try {
      return Arrays.stream(text.split(",", -1)).map(part -> Integer.valueOf(part.strip())).toList();
    } catch (NumberFormatException e) {
      throw new InvalidValueException("hiddenUnits", text, "integers, such as 64,64");
    }
  }

  private static double number(Map<String, String> texts, String name, double absent) {
    @Nullable String text = texts.get(name);
    try {
      return text == null ? absent : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "a number");
    }
  }

  private static int integer(Map<String, String> texts, String name, int absent) {
    @Nullable String text = texts.get(name);
    try {
      return text == null ? absent : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(name, text, "an integer");
    }
  }
}
