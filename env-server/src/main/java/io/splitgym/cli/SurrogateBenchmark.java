package io.splitgym.cli;

import io.splitgym.channel.ChannelState;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.matrix.Products;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PredictingModel;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.surrogate.TabulatedSurrogate;
import io.splitgym.validation.Require;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The surrogate asked one by one, asked for many, and under a vector environment. */
@Command(
    name = "surrogate",
    mixinStandardHelpOptions = true,
    description = {
      "Times the surrogate on one thread, asked one by one and for many at once, as network and as"
          + " table, and a whole vector environment on all processors, infos included.",
      "Medians over the repeats; all in turn in one run. Times of one thread are processor time,"
          + " so that other work on the machine counts less."
    })
final class SurrogateBenchmark implements Callable<Integer> {
  /** How long the compiler is given, and each measurement lasts. */
  private static final double SECONDS = 1;

  private static final int WARM_UPS = 3;

  /** Points of the table's axes. */
  private static final int SIGMAS = 513;

  private static final int SHAPES = 129;

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--envs",
      paramLabel = "N",
      defaultValue = "65536",
      description = "Environments in the vector (default: ${DEFAULT-VALUE}).")
  private int envs = 65_536;

  @Option(
      names = "--dynamics",
      paramLabel = "KIND",
      defaultValue = "static",
      description = "static, reference-drift or gauss-markov (default: ${DEFAULT-VALUE}).")
  private String dynamics = "static";

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "5",
      description = "Default: ${DEFAULT-VALUE}.")
  private int repeats = 5;

  /**
   * Rates, per second.
   *
   * @param products what the network's sums are made with
   * @param alone of one thread that asks the surrogate for one state and split at a time
   * @param together of one thread that asks it for all of them
   * @param gigaflops multiplications and additions of the network in that, in thousands of millions
   * @param vector environment steps of the vector environment, on all processors
   * @param vectorOfOneProcessor the same, for each of them
   */
  record Result(
      int envs,
      String dynamics,
      int processors,
      String products,
      double alone,
      double together,
      double gigaflops,
      double vector,
      double vectorOfOneProcessor,
      OfTable table) {}

  /**
   * The surrogate as a table.
   *
   * @param together and
   * @param vector as those of the network
   */
  record OfTable(double together, double vector, long bytes, TabulatedSurrogate.Error error) {}

  @Override
  public Integer call() {
    Require.inRange("--envs", envs, 1, 1 << 22);
    Require.inRange("--repeats", repeats, 1, 1_000);
    SurrogateModel model = ShippedSurrogates.load(ShippedSurrogates.channels().get(0));
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.DEFAULT, Map.of("dynamics", Map.of("kind", dynamics)), model.layers());
    Questions questions = Questions.draw(envs, parameters);
    double[] into = new double[envs];
    double together = rate(true, () -> questions.askTogether(model, into));
    double alone = rate(true, () -> questions.askAlone(model, into));
    double stepped = stepped(model, parameters);

    TabulatedSurrogate table =
        new TabulatedSurrogate(
            model, parameters.dynamics().reachable(parameters.ranges()), SIGMAS, SHAPES);
    OfTable ofTable =
        new OfTable(
            rate(true, () -> questions.askTogether(table, into)),
            stepped(table, parameters),
            table.bytes(),
            table.error());

    int processors = Runtime.getRuntime().availableProcessors();
    Result result =
        new Result(
            envs,
            dynamics,
            processors,
            Products.ofThisJava().description(),
            alone,
            together,
            together * model.operations() / 1e9,
            stepped,
            stepped / processors,
            ofTable);
    output.print(result, text(result));
    return 0;
  }

  /** Environment steps a second. */
  private double stepped(PredictingModel model, SplitInferenceParameters parameters) {
    SplitInferenceVector vector =
        new SplitInferenceVector(
            model, "surrogate", parameters, envs, AutoresetMode.SAME_STEP, 1, () -> {});
    vector.reset(VectorSeeds.none(), null, Map.of());
    int[] actions = new int[envs];
    Arrays.setAll(actions, i -> i % parameters.actions().actions());
    return rate(false, () -> vector.step(actions));
  }

  /** What is asked, in arrays. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  private record Questions(double[] sigma, double[] m, int[] split) {
    static Questions draw(int count, SplitInferenceParameters parameters) {
      RandomStream random = RandomStream.ofSeed(1);
      ChannelState[] states =
          IntStream.range(0, count)
              .mapToObj(i -> parameters.ranges().draw(random))
              .toArray(ChannelState[]::new);
      return new Questions(
          Arrays.stream(states).mapToDouble(ChannelState::sigma).toArray(),
          Arrays.stream(states).mapToDouble(ChannelState::m).toArray(),
          IntStream.range(0, count)
              .map(i -> random.nextInteger(parameters.splits().min(), parameters.splits().max()))
              .toArray());
    }

    void askTogether(PredictingModel model, double[] into) {
      model.logPerplexities(sigma, m, split, 0, into.length, into);
    }

    void askAlone(SurrogateModel model, double[] into) {
      for (int i = 0; i < into.length; i++) {
        into[i] = model.expectedLogPerplexity(new ChannelState(sigma[i], m[i]), split[i]);
      }
    }
  }

  /**
   * How many environments' worth of work a second, the median.
   *
   * @param ofThread whether time is this thread's on a processor, or the clock's
   */
  private double rate(boolean ofThread, Runnable work) {
    for (int i = 0; i < WARM_UPS; i++) {
      measure(ofThread, work);
    }
    double[] rates = new double[repeats];
    Arrays.setAll(rates, i -> measure(ofThread, work));
    Arrays.sort(rates);
    return rates[rates.length / 2];
  }

  private double measure(boolean ofThread, Runnable work) {
    long start = now(ofThread);
    long done = 0;
    long spent;
    do {
      work.run();
      done += envs;
      spent = now(ofThread) - start;
    } while (spent < SECONDS * 1e9);
    return done * 1e9 / spent;
  }

  private static long now(boolean ofThread) {
    return ofThread
        ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private static String text(Result result) {
    return String.format(
        Locale.ROOT,
        "the surrogate, one by one, one thread   %,12.0f a second%n"
            + "the surrogate, together, one thread     %,12.0f a second (%.1f GFLOP/s, %s)%n"
            + "as a table, together, one thread        %,12.0f a second%n"
            + "a vector of %,d, %s, %d processors  %,.0f environment steps a second (%,.0f for each"
            + " processor)%n"
            + "the same on the table  %,.0f environment steps a second%n"
            + "the table: %.1f MB, off by up to %.2g, %.2g in the root of the mean square",
        result.alone(),
        result.together(),
        result.gigaflops(),
        result.products(),
        result.table().together(),
        result.envs(),
        result.dynamics(),
        result.processors(),
        result.vector(),
        result.vectorOfOneProcessor(),
        result.table().vector(),
        result.table().bytes() / 1e6,
        result.table().error().greatest(),
        result.table().error().rootMeanSquare());
  }
}
