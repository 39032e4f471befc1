package io.splitgym.agents.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.space.DiscreteElement;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class RewardTableTest {
  private static final AnalyticModel MODEL = new AnalyticModel();

  @Test
  void everyCellIsTheRewardOfAStepThere() {
    RewardTable table = RewardTable.of(MODEL, parameters("objective"), 4, 3);
    assertThat(table.sigma()).containsExactly(new double[] {0, 0.1, 0.2, 0.3}, within(1e-12));
    assertThat(table.m()).startsWith(0.5).endsWith(10.0);
    assertThat(table.m()[1]).isCloseTo(Math.sqrt(5), within(1e-12));
    assertThat(table.splits()).startsWith(1).endsWith(29).hasSize(29);
    assertThat(table.rewards()).hasSize(4 * 3 * 29);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        double greatest = Double.NEGATIVE_INFINITY;
        int best = 0;
        for (int p = 1; p <= 29; p++) {
          double reward = table.rewards()[(i * 3 + j) * 29 + p - 1];
          assertThat(reward)
              .isCloseTo(stepped("objective", table.sigma()[i], table.m()[j], 7, p), within(1e-9));
          if (reward > greatest) {
            greatest = reward;
            best = p;
          }
        }
        assertThat(table.best()[i * 3 + j]).isEqualTo(best);
      }
    }
  }

  @Test
  void aRewardThatCountsFromTheStartHasAnAxisForIt() {
    RewardTable table = RewardTable.of(MODEL, parameters("reference"), 3, 2);
    assertThat(table.starts()).hasSize(29);
    assertThat(table.rewards()).hasSize(3 * 2 * 29 * 29);
    int cell = ((1 * 2 + 1) * 29 + 12) * 29 + 4;
    assertThat(table.rewards()[cell])
        .isCloseTo(stepped("reference", table.sigma()[1], table.m()[1], 13, 5), within(1e-9));
    assertThat(table.csv().lines().toList().get(1 + cell))
        .startsWith("0.15,10,13,5,")
        .hasLineCount(1);
  }

  @Test
  void csvHasARowForEachCellAndNpzTheSameNumbers() throws IOException {
    RewardTable table = RewardTable.of(MODEL, parameters("objective"), 3, 2);
    List<String> rows = table.csv().lines().toList();
    assertThat(rows).hasSize(1 + 3 * 2 * 29).startsWith("sigma,m,p,ln_ppl,reward");
    Map<String, ByteBuffer> arrays = arrays(table.npz("{\"a\": \"\u03c3\"}"));
    assertThat(arrays)
        .containsOnlyKeys("sigma", "m", "p", "reward", "best_split", "ln_ppl", "metadata");
    ByteBuffer reward = Objects.requireNonNull(arrays.get("reward"));
    assertThat(header(reward)).contains("'descr': '<f8'").contains("'shape': (3, 2, 29,)");
    ByteBuffer perplexity = Objects.requireNonNull(arrays.get("ln_ppl"));
    header(perplexity);
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",");
      assertThat(perplexity.getDouble()).isEqualTo(Double.parseDouble(cells[3]));
      assertThat(reward.getDouble()).isEqualTo(Double.parseDouble(cells[4]));
    }
    assertThat(reward.hasRemaining()).isFalse();
    ByteBuffer metadata = Objects.requireNonNull(arrays.get("metadata"));
    assertThat(header(metadata)).contains("'descr': '<U10'").contains("'shape': ()");
  }

  @Test
  void sameTableSameBytes() {
    SplitInferenceParameters parameters = parameters("objective");
    assertThat(RewardTable.of(MODEL, parameters, 5, 4).npz("{}"))
        .isEqualTo(RewardTable.of(MODEL, parameters, 5, 4).npz("{}"));
  }

  @Test
  void tooManyCellsAreRefused() {
    assertThatThrownBy(() -> RewardTable.of(MODEL, parameters("reference"), 1000, 1000))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("cells is 841000000");
    assertThatThrownBy(() -> RewardTable.of(MODEL, parameters("objective"), 1, 5))
        .isInstanceOf(InvalidValueException.class);
  }

  private static double stepped(String reward, double sigma, double m, int start, int split) {
    SplitInferenceEnvironment environment =
        Environments.over(
            MODEL,
            Preset.DEFAULT,
            Map.of("reward", Map.of("kind", reward), "actionKind", "splits", "episodeSteps", 1));
    environment.reset(1L, Map.of("sigma", sigma, "m", m, "p", start));
    return environment.step(new DiscreteElement(split - 1)).reward();
  }

  private static SplitInferenceParameters parameters(String reward) {
    return SplitInferenceParameters.from(
        Preset.DEFAULT, Map.of("reward", Map.of("kind", reward)), MODEL.layers());
  }

  private static Map<String, ByteBuffer> arrays(byte[] npz) throws IOException {
    Map<String, ByteBuffer> arrays = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(npz))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        assertThat(entry.getName()).endsWith(".npy");
        arrays.put(
            entry.getName().replace(".npy", ""),
            ByteBuffer.wrap(zip.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN));
      }
    }
    return arrays;
  }

  /** Reads the header, so that the data follows. */
  private static String header(ByteBuffer array) {
    byte[] magic = new byte[8];
    array.get(magic);
    assertThat(new String(magic, 1, 5, StandardCharsets.US_ASCII)).isEqualTo("NUMPY");
    byte[] text = new byte[array.getShort()];
    array.get(text);
    assertThat(array.position() % 64).isZero();
    return new String(text, StandardCharsets.US_ASCII);
  }
}
