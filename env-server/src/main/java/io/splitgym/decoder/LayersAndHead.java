package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model's layers and its head, each read from the checkpoint when it is needed and isn't there.
 * Where none of them stays, one at a time is in memory, whoever uses it. Safe for use by several
 * threads; no thread may use two of them at once.
 */
final class LayersAndHead implements AutoCloseable {
  private static final String OUTPUT = "output.weight";

  private final Checkpoint checkpoint;
  private final Arithmetic arithmetic;
  private final WeightBuffers buffers;
  private final SharedArrays<Integer, Layer> layers;
  private final SharedArrays<String, Head> heads;
  private final Set<String> read = ConcurrentHashMap.newKeySet();

  /** Reads one of them. */
  @FunctionalInterface
  private interface Reading<T> {
    T from(WeightReader weights) throws MalformedCheckpointException;
  }

  /**
   * @param bytes what the layers' weights may take while nobody uses them, and the head's likewise
   */
  LayersAndHead(
      Checkpoint checkpoint,
      Blueprint blueprint,
      Arithmetic arithmetic,
      WeightBuffers buffers,
      long bytes) {
    this.checkpoint = checkpoint;
    this.arithmetic = arithmetic;
    this.buffers = buffers;
    SharedArrays.Maker<Integer, Layer> ofLayer =
        number -> read(weights -> blueprint.family().layer(blueprint, weights, number));
    SharedArrays.Maker<String, Head> ofHead =
        name ->
            read(
                weights ->
                    new Head(
                        weights.projectionOf(
                            name, blueprint.shape().vocabulary(), blueprint.shape().hidden()),
                        weights));
    if (bytes == 0) {
      Turns<Object> turns = new Turns<>();
      this.layers = SharedArrays.passing(ofLayer, turns);
      this.heads = SharedArrays.passing(ofHead, turns);
    } else {
      this.layers = new SharedArrays<>(ofLayer, bytes);
      this.heads = new SharedArrays<>(ofHead, bytes);
    }
  }

  /**
   * @param number from 0
   * @throws UncheckedIOException if a tensor is missing or misshapen
   */
  SharedArrays.Use<Integer, Layer> layer(int number) {
    return layers.use(number);
  }

  /**
   * @throws UncheckedIOException if its tensor is missing or misshapen
   */
  SharedArrays.Use<String, Head> head() {
    // many models multiply with their embedding
    return heads.use(checkpoint.tensors().containsKey(OUTPUT) ? OUTPUT : Checkpoint.EMBEDDING);
  }

  /** The names of all tensors that were read so far. */
  Set<String> read() {
    return Set.copyOf(read);
  }

  @Override
  public void close() {
    layers.close();
    heads.close();
  }

  private <T> T read(Reading<T> reading) {
    WeightReader weights = new WeightReader(checkpoint, buffers, arithmetic);
    try {
      T whole = reading.from(weights);
      read.addAll(weights.names());
      return whole;
    } catch (MalformedCheckpointException e) {
      weights.closeAll();
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      // an error too, as of a mapped file that became shorter: others go on with this memory
      weights.closeAll();
      throw e;
    }
  }
}
