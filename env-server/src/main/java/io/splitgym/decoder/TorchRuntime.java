package io.splitgym.decoder;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/** DJL's PyTorch engine, set up so that results don't depend on the number of processors. */
public final class TorchRuntime {
  private TorchRuntime() {}

  /**
   * A manager that owns what is made through it.
   *
   * <p>Operators run on one thread each, for a sum split over two threads isn't the sum over one;
   * parallelism is between evaluations. DJL is kept off the network.
   */
  public static NDManager newManager() {
    setDefault("ai.djl.pytorch.num_threads", "1");
    setDefault("ai.djl.pytorch.num_interop_threads", "1");
    setDefault("ai.djl.offline", "true");
    return Engine.getEngine("PyTorch").newBaseManager();
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
