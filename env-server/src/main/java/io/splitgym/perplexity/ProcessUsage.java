package io.splitgym.perplexity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process has used of the machine since it began.
 *
 * @param user seconds on processors in programs
 * @param system seconds on processors in the kernel, such as for pages that are touched first
 * @param pageFaults pages that had to be found, without those read from a disk
 */
record ProcessUsage(double user, double system, long pageFaults) {
  private static final double TICKS_A_SECOND = 100;
  private static final int FAULTS = 7;
  private static final int USER = 11;
  private static final int SYSTEM = 12;

  /** As Linux tells; all zero elsewhere. */
  static ProcessUsage now() {
    try {
      String text = Files.readString(Path.of("/proc/self/stat"));
      // the name before it may have blanks
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
      return new ProcessUsage(
          Long.parseLong(fields[USER]) / TICKS_A_SECOND,
          Long.parseLong(fields[SYSTEM]) / TICKS_A_SECOND,
          Long.parseLong(fields[FAULTS]));
    } catch (IOException e) {
      return new ProcessUsage(0, 0, 0);
    }
  }

  ProcessUsage minus(ProcessUsage before) {
    return new ProcessUsage(
        user - before.user, system - before.system, pageFaults - before.pageFaults);
  }

  ProcessUsage plus(ProcessUsage other) {
    return new ProcessUsage(
        user + other.user, system + other.system, pageFaults + other.pageFaults);
  }

  /** The kernel's share of the processors' time. */
  double systemShare() {
    return user + system == 0 ? 0 : system / (user + system);
  }
}
