package io.splitgym.checkpoint;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the current thread has allocated on the heap, garbage included. */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long before = THREADS.getCurrentThreadAllocatedBytes();

  /** Bytes since this object was made. */
  long bytes() {
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
