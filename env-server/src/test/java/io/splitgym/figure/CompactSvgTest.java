package io.splitgym.figure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompactSvgTest {
  @Test
  void aCompactDrawingIsTheSameToATenthOfAPixel() {
    String svg =
        """
        <svg height="9px" version="1.1">
          <rect height="12.345678" style="fill:red;" width="3.0" x="0" y="0.004"/>
          <g transform="translate(1.23456 7)">
            <path d="M0.333333,1.5 L1.0,-2.126 Q3.25,4.75 5.5,6.0 Z M2.0,2.0 L3.004,2.0" style="fill:red;"/>
          </g>
          <g transform="translate(8 -0.5)">
            <path d="M0.333333,1.5 L1.0,-2.126 Q3.25,4.75 5.5,6.0 Z M2.0,2.0 L3.004,2.0" style="fill:red;"/>
          </g>
        </svg>
        """;
    assertThat(CompactSvg.of(svg))
        .isEqualTo(
            """
            <svg height="9px" version="1.1">
            <style>
            .s0{fill:red;}
            </style>
            <rect height="12.3" class="s0" width="3" x="0" y="0"/>
            <g transform="translate(1.2 7)">
            <path id="p0" class="s0" d="m.3 1.5l.7-3.6q2.3 6.9 4.5 8.1zm1.7 .5l1 0"/>
            </g>
            <g transform="translate(8 -.5)">
            <use xlink:href="#p0"/>
            </g>
            </svg>
            """);
  }
}
