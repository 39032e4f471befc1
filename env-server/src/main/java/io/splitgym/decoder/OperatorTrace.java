package io.splitgym.decoder;

import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;

/** PyTorch's own profiler. */
public final class OperatorTrace {
  private OperatorTrace() {}

  /**
   * Runs the work and writes which operators the calling thread ran in it.
   *
   * @param file to write: events as Chrome's tracing tool reads them, times in microseconds
   */
  public static void write(Path file, Runnable work) {
    JniUtils.startProfile(false, false, false);
    try {
      work.run();
    } finally {
      JniUtils.stopProfile(file.toString());
    }
  }
}
