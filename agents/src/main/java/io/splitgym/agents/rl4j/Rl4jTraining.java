package io.splitgym.agents.rl4j;

import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.ObservationScaling;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Environment;
import io.splitgym.random.RandomStream;
import java.util.function.Supplier;
import org.apache.commons.lang3.builder.Builder;
import org.datavec.api.transform.Operation;
import org.deeplearning4j.rl4j.agent.Agent;
import org.deeplearning4j.rl4j.agent.IAgentLearner;
import org.deeplearning4j.rl4j.agent.listener.AgentListener;
import org.deeplearning4j.rl4j.environment.StepResult;
import org.deeplearning4j.rl4j.observation.Observation;
import org.deeplearning4j.rl4j.observation.transform.TransformProcess;
import org.deeplearning4j.rl4j.trainer.SyncTrainer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What every training with RL4J needs: the environment as RL4J sees it, randomness from one seed,
 * and an end at the very step that was asked for. ND4J's own generator, which is seeded here, is
 * the thread's: a training stays on the one that it began on, and others may run beside it.
 */
final class Rl4jTraining implements AutoCloseable {
  private final Training training;
  private final RandomStream seeds;
  private final ObservationScaling scaling;
  private final EnvironmentAdapter adapter;
  private final Random random;

  /**
   * @param name of the algorithm, so that two with one seed draw differently
   */
  Rl4jTraining(String name, Training training) {
    this.training = training;
    this.seeds = RandomStream.ofSeed(training.seed()).named(name);
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getRandom().setSeed(seeds.named("nd4j").nextLong());
    this.random = Nd4j.getRandomFactory().getNewRandomInstance(seeds.named("rl4j").nextLong());
    Environment environment = training.environments().get();
    try {
      this.scaling = ObservationScaling.of(environment.observationSpace());
      this.adapter =
          new EnvironmentAdapter(
              environment, scaling, seeds.named("environment").nextLong() >>> 1, random);
    } catch (RuntimeException e) {
      environment.close();
      throw e;
    }
  }

  ObservationScaling scaling() {
    return scaling;
  }

  /** How many actions there are. */
  int actions() {
    return adapter.getSchema().getActionSchema().getActionSpaceSize();
  }

  /** How many steps to take in all. */
  long steps() {
    return training.steps();
  }

  /** Where this training's draws of that name come from. */
  RandomStream seeds(String name) {
    return seeds.named(name);
  }

  /** RL4J's own generator. */
  Random random() {
    return random;
  }

  Builder<org.deeplearning4j.rl4j.environment.Environment<Integer>> environment() {
    return () -> adapter;
  }

  Builder<TransformProcess> transform() {
    Operation<float[], INDArray> toArray = values -> Nd4j.createFromArray(new float[][] {values});
    return () ->
        TransformProcess.builder()
            .transform(EnvironmentAdapter.CHANNEL, toArray)
            .build(EnvironmentAdapter.CHANNEL);
  }

  /** Tells whoever follows the training that the policy is another one now. */
  void learned(Supplier<? extends Policy> policy) {
    training.listener().learned(adapter.steps(), policy);
  }

  /**
   * Ends the training where it should, and tells of its steps and episodes.
   *
   * @param afterStep and {@code afterEpisode} are run once RL4J has learned from it
   */
  AgentListener<Integer> listener(Runnable afterStep, Runnable afterEpisode) {
    return new Limit(adapter, training.steps(), training.listener(), afterStep, afterEpisode);
  }

  /**
   * Takes all steps, with RL4J's synchronous trainer: the asynchronous one applies gradients
   * without a lock, so that the same seed wouldn't give the same policy.
   */
  void run(Builder<IAgentLearner<Integer>> learner) {
    new SyncTrainer<>(learner, trainer -> adapter.steps() >= training.steps()).train();
  }

  @Override
  public void close() {
    adapter.close();
  }

  private record Limit(
      EnvironmentAdapter adapter,
      long steps,
      TrainingListener progress,
      Runnable afterStep,
      Runnable afterEpisode)
      implements AgentListener<Integer> {
    @Override
    @SuppressWarnings("rawtypes") // RL4J's signature
    public ListenerResponse onBeforeEpisode(Agent agent) {
      return ListenerResponse.CONTINUE;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public ListenerResponse onBeforeStep(Agent agent, Observation observation, Integer action) {
      return adapter.steps() < steps ? ListenerResponse.CONTINUE : ListenerResponse.STOP;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public ListenerResponse onAfterStep(Agent agent, StepResult stepResult) {
      progress.stepped(adapter.steps());
      if (adapter.isEpisodeFinished()) {
        progress.episodeEnded(adapter.steps(), adapter.episodeReturn());
      }
      afterStep.run();
      return ListenerResponse.CONTINUE;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public void onAfterEpisode(Agent agent) {
      afterEpisode.run();
    }
  }
}
