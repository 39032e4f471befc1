package io.splitgym.benchmarks;

import io.splitgym.matrix.Products;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The products that PPO's updates and the surrogate are made of, on one thread. 819,200
 * multiplications and additions a call of the updates', 1,048,576 of the surrogate's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ProductsBenchmark {
  private static final int BATCH = 100;
  private static final int UNITS = 64;
  private static final int TILE = 32;
  private static final int WIDTH = 128;

  private final Products products = Products.ofThisJava();
  private final float[] factors = new float[BATCH * WIDTH];
  private final float[] terms = new float[BATCH * WIDTH];
  private final float[] sums = new float[BATCH * WIDTH];
  private final float[] weights = new float[WIDTH * WIDTH];
  private final Products.Prepared prepared;

  public ProductsBenchmark() {
    Arrays.fill(weights, 0.01f);
    this.prepared = products.prepare(weights, WIDTH, WIDTH);
  }

  /** Small numbers, so that sums stay normal. */
  @Setup
  public void fill() {
    Arrays.fill(factors, 1e-3f);
    Arrays.fill(terms, 1e-3f);
  }

  /** A layer's outputs: 100 samples, 64 units from 64. */
  @Benchmark
  public float[] outputs() {
    products.add(factors, 0, UNITS, 1, terms, 0, UNITS, sums, 0, UNITS, BATCH, UNITS, UNITS);
    return sums;
  }

  /** The gradients of its weights. */
  @Benchmark
  public float[] weightGradients() {
    products.add(factors, 0, 1, UNITS, terms, 0, UNITS, sums, 0, UNITS, UNITS, BATCH, UNITS);
    return sums;
  }

  /** A layer of the surrogate: 32 samples, 128 units from 128. */
  @Benchmark
  public float[] surrogateLayer() {
    products.add(factors, WIDTH, prepared, sums, WIDTH, TILE);
    return sums;
  }
}
