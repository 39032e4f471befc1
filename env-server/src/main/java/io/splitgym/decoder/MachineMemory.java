package io.splitgym.decoder;

import com.sun.management.OperatingSystemMXBean;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.CheckpointTensor;
import java.lang.management.ManagementFactory;

/** What of a model stays in memory on this machine. */
final class MachineMemory {
  private static final int SHARE = 2;

  private MachineMemory() {}

  /** What layers may take while none runs: all they need if the model takes half of the memory. */
  static long layerBytes(Checkpoint checkpoint, Precision precision) {
    return layerBytes(
        checkpoint.tensors().values().stream().mapToLong(CheckpointTensor::elements).sum(),
        precision.weightBytes(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  static long layerBytes(long elements, int bytesEach, long memoryBytes) {
    return elements * bytesEach <= memoryBytes / SHARE ? Long.MAX_VALUE : 0;
  }
}
