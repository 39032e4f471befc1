package io.splitgym.agents.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.evaluation.Interval;
import org.junit.jupiter.api.Test;

class FormatTest {
  @Test
  void zeroHasNoSign() {
    assertThat(Format.number(-0.0004)).isEqualTo("0.000");
    assertThat(Format.number(-0.0)).isEqualTo("0.000");
    assertThat(Format.number(-0.0006)).isEqualTo("-0.001");
    assertThat(Format.number(0.0004)).isEqualTo("0.000");
    assertThat(Format.interval(new Interval(-0.0001, -0.002, 0.001)))
        .isEqualTo("0.000 [-0.002, 0.001]");
  }

  @Test
  void whatIsNotDefinedIsAWordInTablesAndAnEmptyCellInCsv() {
    assertThat(Format.number(Double.NaN)).isEqualTo("undefined");
    StringBuilder csv = new StringBuilder("row");
    Format.append(csv, 1.5, Double.NaN, 2);
    assertThat(csv).hasToString("row,1.5,,2");
  }
}
