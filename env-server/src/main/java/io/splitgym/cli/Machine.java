package io.splitgym.cli;

import io.splitgym.server.GymServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Where and when a benchmark ran.
 *
 * @param load how many processes wanted a processor over the minute before, on average; below 0
 *     where the system doesn't tell
 */
record Machine(
    String processor,
    int processors,
    long memoryBytes,
    String system,
    String virtualMachine,
    String version,
    String time,
    double load) {
  private static final double BYTES_A_GIBIBYTE = 1 << 30;

  static Machine here() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    long memory =
        system instanceof com.sun.management.OperatingSystemMXBean whole
            ? whole.getTotalMemorySize()
            : 0;
    return new Machine(
        processorModel(),
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        GymServer.version(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        system.getSystemLoadAverage());
  }

  /** In one sentence. */
  String text() {
    return String.format(
        Locale.ROOT,
        "SplitGym %s on %d processors (%s), %.1f GiB of memory, %s, %s; begun at %s, with %.1f"
            + " processes at work on the machine in the minute before.",
        version,
        processors,
        processor,
        memoryBytes / BYTES_A_GIBIBYTE,
        system,
        virtualMachine,
        time,
        load);
  }

  private static String processorModel() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
