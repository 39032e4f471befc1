package io.splitgym.decoder;

import com.sun.management.OperatingSystemMXBean;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import java.lang.management.ManagementFactory;

/** What of a model has room in the memory of this machine. */
final class MachineMemory {
  private static final int SHARE = 2;

  private MachineMemory() {}

  /** What layers may take while none runs: all they need if the model takes half of the memory. */
  static long layerBytes(Checkpoint checkpoint, Precision precision) {
    return layerBytes(
        checkpoint.tensors().values().stream().mapToLong(CheckpointTensor::elements).sum(),
        precision.weightBytes(),
        bytes());
  }

  /** All of it, or what this process's container may have. */
  static long bytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  static long layerBytes(long elements, int bytesEach, long memoryBytes) {
    return elements * bytesEach <= memoryBytes / SHARE ? Long.MAX_VALUE : 0;
  }

  /**
   * The longest window whose attention takes at most that share too: the mask, and for each window
   * that runs the scores of every head, before softmax and behind it.
   */
  static int longestWindow(TransformerShape shape, int sideBySide, long memoryBytes) {
    double group = (double) shape.heads() / shape.keyValueHeads();
    double pairBytes = Float.BYTES * (group + 2.0 * shape.heads() * sideBySide);
    return (int) Math.min(shape.context(), Math.sqrt(memoryBytes / SHARE / pairBytes));
  }
}
