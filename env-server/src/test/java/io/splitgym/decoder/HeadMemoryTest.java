package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.hub.RealModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the head takes while it scores a text. */
class HeadMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");
  private static final int WINDOWS = 2;
  private static final int LENGTH = 1024;

  /** The most memory that this process held at once since {@link #forgetPeak}, in bytes. */
  private static long peak() throws IOException {
    return kibibytes("VmHWM:") << 10;
  }

  private static long kibibytes(String field) throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static void forgetPeak() throws IOException {
    Files.writeString(RESET, "5");
  }

  @Test
  void memoryDoesNotGrowWithWindowTimesVocabulary() throws IOException {
    assumeTrue(Files.isReadable(STATUS) && Files.isWritable(RESET), "Linux tells and resets it");
    try (Decoder decoder = Decoder.load(Checkpoint.open(RealModel.smollm2()))) {
      int last = decoder.shape().layers();
      int[][] tokens = new int[WINDOWS][LENGTH];
      float[][] hidden = decoder.embed(tokens);
      int[] chunks = new int[1];
      decoder.losses(decoder.embed(new int[1][2]), new int[1][2], last, 1);
      forgetPeak();
      long before = kibibytes("VmRSS:") << 10;
      decoder.losses(hidden, tokens, last, 1, () -> chunks[0]++);
      long logits = (long) WINDOWS * LENGTH * decoder.shape().vocabulary() * Float.BYTES;
      assertThat(peak() - before).as("of %d bytes of logits", logits).isLessThan(logits / 2);
      assertThat(chunks[0])
          .isEqualTo((WINDOWS * (LENGTH - 1) + Decoder.HEAD_ROWS - 1) / Decoder.HEAD_ROWS);
    }
  }
}
