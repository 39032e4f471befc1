package io.splitgym.benchmarks;

import io.splitgym.channel.ChannelState;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PredictingModel;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.surrogate.TabulatedSurrogate;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The surrogate as network and as table: answers on one thread, and environment steps on all. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(SurrogateBenchmark.COUNT)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SurrogateBenchmark {
  static final int COUNT = 65_536;

  /** What answers. */
  public enum Form {
    NETWORK,
    TABLE
  }

  /** Which of them. */
  @Param public Form form = Form.NETWORK;

  private final double[] sigma = new double[COUNT];
  private final double[] m = new double[COUNT];
  private final int[] split = new int[COUNT];
  private final double[] answers = new double[COUNT];
  private final int[] actions = new int[COUNT];
  private final SurrogateModel network = ShippedSurrogates.load("fading-awgn");
  private final SplitInferenceParameters parameters =
      SplitInferenceParameters.of(Preset.DEFAULT, network.layers());

  /** Made when the form is known. */
  private @Nullable PredictingModel model;

  private @Nullable SplitInferenceVector vector;

  /** Draws the questions. */
  @Setup
  public void draw() {
    PredictingModel chosen =
        form == Form.NETWORK
            ? network
            : new TabulatedSurrogate(network, parameters.ranges(), 513, 129);
    RandomStream random = RandomStream.ofSeed(1);
    for (int i = 0; i < COUNT; i++) {
      ChannelState state = parameters.ranges().draw(random);
      sigma[i] = state.sigma();
      m[i] = state.m();
      split[i] = random.nextInteger(parameters.splits().min(), parameters.splits().max());
    }
    Arrays.setAll(actions, i -> i % parameters.actions().actions());
    SplitInferenceVector made =
        new SplitInferenceVector(
            chosen, "surrogate", parameters, COUNT, AutoresetMode.SAME_STEP, 1, () -> {});
    made.reset(VectorSeeds.none(), null, Map.of());
    model = chosen;
    vector = made;
  }

  /** Answers a second, on one thread. */
  @Benchmark
  public double[] answers() {
    Objects.requireNonNull(model).logPerplexities(sigma, m, split, 0, COUNT, answers);
    return answers;
  }

  /** Environment steps a second, infos included, on all processors. */
  @Benchmark
  public VectorStepResult steps() {
    return Objects.requireNonNull(vector).step(actions);
  }
}
