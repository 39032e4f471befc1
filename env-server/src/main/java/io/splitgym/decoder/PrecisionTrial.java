package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast this processor multiplies in each precision, on one thread, and which is worth its
 * rounding. What multiplies is what a decoder multiplies with, so that an activation's rounding to
 * bfloat16 or int8 and back is in the time.
 */
public final class PrecisionTrial {
  private static final Logger LOG = LoggerFactory.getLogger(PrecisionTrial.class);

  /** Below that the time won isn't worth another rounding. */
  private static final double LEAST_GAIN = 1.25;

  private static final int ROWS = 512;
  private static final int INPUTS = 576;
  private static final int OUTPUTS = 1536;
  private static final int ROUNDS = 10;

  private PrecisionTrial() {}

  /**
   * Measures all of them in turn, on the calling thread: about a second where nothing else runs.
   * Each multiplies activations [{@value #ROWS}, {@value #INPUTS}] by weights [{@value #OUTPUTS},
   * {@value #INPUTS}], the sizes of a small LLM, {@value #ROUNDS} times after once to warm up; a
   * product is 2 x {@value #ROWS} x {@value #INPUTS} x {@value #OUTPUTS} operations.
   *
   * @return rates in GFLOP/s, 1e9 operations for each second of the thread's own processor time,
   *     above 0, and infinite where that clock didn't move; float32 always, and of the others those
   *     that PyTorch has kernels for on this processor. It can't be changed.
   * @throws UnsupportedOperationException if the Java virtual machine can't tell a thread's
   *     processor time
   * @throws ai.djl.engine.EngineException if PyTorch's library can't be loaded
   */
  public static Map<Precision, Double> rates() {
    Map<Precision, Double> totals = new EnumMap<>(Precision.class);
    Map<Precision, Arithmetic> arithmetics = new EnumMap<>(Precision.class);
    Map<Precision, Projection> projections = new EnumMap<>(Precision.class);
    try (NDManager manager = TorchRuntime.newManager()) {
      RandomStream random = RandomStream.ofSeed(1);
      NDArray rows = random(manager, random, ROWS, INPUTS);
      NDArray weight = random(manager, random, OUTPUTS, INPUTS);
      for (Precision precision : Precision.values()) {
        Arithmetic arithmetic = Arithmetic.of(precision);
        arithmetics.put(precision, arithmetic);
        try {
          Projection projection = arithmetic.projection(weight, null);
          projections.put(precision, projection);
          seconds(projection, rows); // warms up
        } catch (InvalidValueException e) {
          LOG.debug("{} is left out", precision.text(), e);
        }
      }
      // all rounds together, for some systems tell a thread's time in steps of a round
      for (int round = 0; round < ROUNDS; round++) {
        projections.forEach(
            (precision, projection) ->
                totals.merge(precision, seconds(projection, rows), Double::sum));
      }
    } finally {
      projections.values().forEach(Projection::close);
      arithmetics.values().forEach(Arithmetic::close);
    }
    double operations = 2.0 * ROWS * INPUTS * OUTPUTS * ROUNDS;
    Map<Precision, Double> rates = new EnumMap<>(Precision.class);
    totals.forEach((precision, seconds) -> rates.put(precision, operations / seconds / 1e9));
    return Collections.unmodifiableMap(rates);
  }

  /**
   * The precision that such rates speak for: bfloat16 where its rate is at least {@value
   * #LEAST_GAIN} times that of float32, else int8 where its rate is, else float32. So bfloat16 goes
   * before a faster int8, which rounds more.
   *
   * @param rates in GFLOP/s, at least 0; a precision that is missing isn't chosen, and a missing
   *     float32 counts as 0
   */
  public static Precision best(Map<Precision, Double> rates) {
    double enough = LEAST_GAIN * rates.getOrDefault(Precision.F32, 0.0);
    for (Precision precision : new Precision[] {Precision.BF16, Precision.INT8}) {
      if (rates.getOrDefault(precision, 0.0) >= enough) {
        return precision;
      }
    }
    return Precision.F32;
  }

  private static double seconds(Projection projection, NDArray rows) {
    // of this thread, which runs the operators: other work on the machine counts less
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      projection.apply(rows);
    }
    return (threads.getCurrentThreadCpuTime() - start) / 1e9;
  }

  private static NDArray random(NDManager manager, RandomStream random, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextUniform(-1, 1);
    }
    return manager.create(values, new Shape(rows, columns));
  }
}
