package io.splitgym.benchmarks;

import io.splitgym.agents.learning.Algorithms;
import io.splitgym.agents.learning.Training;
import io.splitgym.agents.learning.TrainingListener;
import io.splitgym.agents.policy.Policy;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Steps of training a second, in preset {@code reference} with nine actions. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(TrainingBenchmark.STEPS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class TrainingBenchmark {
  static final int STEPS = 8000;

  /** Which algorithm. */
  @Param({"ppo", "a2c", "dqn"})
  public String agent = "ppo";

  /** How many threads it may use. */
  @Param({"1", "2"})
  public int threads = 1;

  private final SurrogateModel surrogate = ShippedSurrogates.load("erasure");
  private final SplitInferenceParameters parameters =
      SplitInferenceParameters.from(
          Preset.REFERENCE, Map.of("actions", 9), surrogate.layers());

  /** A training from the first step. */
  @Benchmark
  public Policy train() {
    return Algorithms.named(agent)
        .learner(Preset.REFERENCE, Map.of())
        .train(
            new Training(
                () ->
                    new SplitInferenceEnvironment(
                        surrogate, "surrogate", parameters, RandomStream.ofSeed(0)),
                STEPS,
                1,
                threads,
                TrainingListener.NONE));
  }
}
