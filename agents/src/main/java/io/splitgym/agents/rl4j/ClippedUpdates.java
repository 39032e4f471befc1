package io.splitgym.agents.rl4j;

import io.splitgym.agents.rollout.Advantage;
import io.splitgym.random.RandomStream;
import org.deeplearning4j.rl4j.agent.learning.update.Features;
import org.deeplearning4j.rl4j.agent.learning.update.FeaturesLabels;
import org.deeplearning4j.rl4j.agent.learning.update.Gradients;
import org.deeplearning4j.rl4j.agent.learning.update.updater.INeuralNetUpdater;
import org.deeplearning4j.rl4j.network.CommonGradientNames;
import org.deeplearning4j.rl4j.network.CommonLabelNames;
import org.deeplearning4j.rl4j.network.ITrainableNeuralNet;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** PPO's round of updates: some epochs over a rollout, in minibatches that are drawn anew. */
final class ClippedUpdates implements INeuralNetUpdater<Estimates.Lesson> {
  private static final double LEAST_NORM = 1e-6;

  private final ITrainableNeuralNet<?> networks;
  private final Rl4jPpoHyperparameters hyperparameters;
  private final RandomStream order;
  private final Runnable learned;

  /**
   * @param order where the minibatches are drawn from
   * @param learned run after each round
   */
  ClippedUpdates(
      ITrainableNeuralNet<?> networks,
      Rl4jPpoHyperparameters hyperparameters,
      RandomStream order,
      Runnable learned) {
    this.networks = networks;
    this.hyperparameters = hyperparameters;
    this.order = order;
    this.learned = learned;
  }

  @Override
  public void update(Estimates.Lesson lesson) {
    int[] samples = new int[lesson.samples()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i;
    }
    for (int epoch = 0; epoch < hyperparameters.epochs(); epoch++) {
      shuffle(samples);
      for (int from = 0; from < samples.length; from += hyperparameters.batchSize()) {
        int to = Math.min(samples.length, from + hyperparameters.batchSize());
        step(lesson, java.util.Arrays.copyOfRange(samples, from, to));
      }
    }
    learned.run();
  }

  /** There is one copy of the networks. */
  @Override
  public void synchronizeCurrent() {
    // what was updated is what acts
  }

  private void step(Estimates.Lesson lesson, int[] batch) {
    FeaturesLabels told =
        new FeaturesLabels(new Features(new INDArray[] {lesson.observations().getRows(batch)}));
    told.putLabels(CommonLabelNames.ActorCritic.Policy, actorLabels(lesson, batch));
    float[][] returns = new float[batch.length][1];
    for (int i = 0; i < batch.length; i++) {
      returns[i][0] = lesson.returns()[batch[i]];
    }
    told.putLabels(CommonLabelNames.ActorCritic.Value, Nd4j.createFromArray(returns));
    Gradients gradients = networks.computeGradients(told);
    weighAndLimit(gradients, batch.length);
    networks.applyGradients(gradients);
  }

  private INDArray actorLabels(Estimates.Lesson lesson, int[] batch) {
    Advantage.Scale scale =
        hyperparameters.normalizeAdvantage()
            ? Advantage.Scale.of(lesson.advantages(), batch, 0, batch.length)
            : Advantage.Scale.NONE;
    float[][] labels = new float[batch.length][ClippedObjective.LABELS];
    for (int i = 0; i < batch.length; i++) {
      labels[i] =
          new float[] {
            lesson.actions()[batch[i]],
            scale.of(lesson.advantages()[batch[i]]),
            lesson.logProbabilities()[batch[i]]
          };
    }
    return Nd4j.createFromArray(labels);
  }

  /** DL4J's gradients are sums over the samples until they are applied. */
  private void weighAndLimit(Gradients gradients, int samples) {
    INDArray actor = gradients.getGradient(CommonGradientNames.ActorCritic.Policy).gradient();
    INDArray critic = gradients.getGradient(CommonGradientNames.ActorCritic.Value).gradient();
    critic.muli(hyperparameters.valueCoefficient());
    double norm =
        Math.hypot(actor.norm2Number().doubleValue(), critic.norm2Number().doubleValue()) / samples;
    double scale = hyperparameters.maxGradientNorm() / (norm + LEAST_NORM);
    if (scale < 1) {
      actor.muli(scale);
      critic.muli(scale);
    }
  }

  private void shuffle(int[] samples) {
    for (int i = samples.length - 1; i > 0; i--) {
      int other = (int) order.nextInteger(0, i);
      int held = samples[i];
      samples[i] = samples[other];
      samples[other] = held;
    }
  }
}
