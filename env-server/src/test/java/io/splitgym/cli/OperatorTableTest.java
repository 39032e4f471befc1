package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTableTest {
  @TempDir private Path folder;

  @Test
  void anOperatorsTimeIsWithoutThoseThatItCalled() throws IOException {
    Path trace = folder.resolve("trace.json");
    Files.writeString(
        trace,
        """
        [{"name": "linear", "ph": "X", "ts": 0.0, "dur": 1000.0, "tid": 1},
         {"name": "t", "ph": "X", "ts": 10.0, "dur": 100.0, "tid": 1},
         {"name": "mm", "ph": "X", "ts": 200.0, "dur": 700.0, "tid": 1},
         {"name": "mark", "ph": "i", "ts": 300.0, "tid": 1},
         {"name": "mm", "ph": "X", "ts": 1000.0, "dur": 2000.0, "tid": 1}]
        """);
    OperatorTable table = OperatorTable.read(trace);
    assertThat(table.milliseconds()).isEqualTo(3);
    assertThat(table.operators())
        .containsExactly(
            new OperatorTable.Operator("mm", 2, 2.7),
            new OperatorTable.Operator("linear", 1, 0.2),
            new OperatorTable.Operator("t", 1, 0.1));
    assertThat(table.text()).contains("90.0 %");
  }
}
