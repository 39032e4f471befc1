package io.splitgym.fitting;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.figure.FigureFiles;
import io.splitgym.measurement.LevelTable;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.reward.Reward;
import io.splitgym.surrogate.SurrogateModel;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The figures that show what was measured and what the surrogate made of it, as SVG and PNG. Needs
 * no display.
 */
public final class SurrogateFigures {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 640;
  private static final int MAP_SIGMAS = 16;
  private static final int MAP_SHAPES = 12;
  private static final int DIGITS = 3;
  private static final double[] SIGMA_SHARES = {0.05, 0.15, 0.3, 0.6, 1};
  private static final double[] UNIT = {0, 1};
  private static final Color[] LINES = {
    new Color(0x1b6ca8),
    new Color(0x2a9d5c),
    new Color(0xc98a00),
    new Color(0xc8502d),
    new Color(0x8e3b8a)
  };
  private static final Color[] FROM_SHALLOW_TO_DEEP = {
    new Color(0xfff7d6), new Color(0xa6d8b8), new Color(0x4ba3c3), new Color(0x3a5fa0)
  };

  private SurrogateFigures() {}

  /**
   * Writes {@code CHANNEL-best-split} (under the objective), {@code CHANNEL-best-split-reference}
   * (under the reference reward) and {@code CHANNEL-ln-ppl}, each as {@code .svg} and {@code .png}.
   *
   * @param folder made where it is missing
   * @return the files
   */
  public static List<Path> write(Path folder, LevelTable table, SurrogateModel surrogate)
      throws IOException {
    String channel = table.measurements().channel().name();
    List<Path> files = new ArrayList<>();
    for (Reward reward : List.of(ObjectiveReward.DEFAULT, ReferenceReward.DEFAULT)) {
      String name = channel + "-best-split" + (reward.needsStart() ? "-" + reward.kind() : "");
      files.addAll(FigureFiles.write(folder, name, bestSplit(table, surrogate, reward)));
    }
    files.addAll(FigureFiles.write(folder, channel + "-ln-ppl", logPerplexity(table, surrogate)));
    return files;
  }

  /**
   * Writes {@code CHANNEL-calibration} as {@code .svg} and {@code .png}: how the LLM's steps lie
   * among sampled answers, beside how they would if both had one distribution.
   *
   * @param folder made where it is missing
   * @return the files
   */
  public static List<Path> writeCalibration(
      Path folder, SurrogateModel surrogate, DrawCalibration calibration) throws IOException {
    String channel = surrogate.provenance().channel().name();
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "%s, %s: %d steps of %d windows among sampled answers",
                    surrogate.provenance().model(),
                    channel,
                    calibration.steps(),
                    calibration.windows()))
            .xAxisTitle("place among sampled answers")
            .yAxisTitle("share of the LLM's steps up to there")
            .build();
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.InsideNW)
        .setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    int steps = calibration.steps();
    double[] places = new double[2 * steps + 2];
    double[] shares = new double[2 * steps + 2];
    for (int i = 0; i < steps; i++) {
      places[2 * i + 1] = calibration.places().get(i);
      places[2 * i + 2] = calibration.places().get(i);
      shares[2 * i + 1] = (double) i / steps;
      shares[2 * i + 2] = (i + 1.0) / steps;
    }
    places[2 * steps + 1] = 1;
    shares[2 * steps + 1] = 1;
    // Kolmogorov's 95 % bound for many independent steps
    double bound = Math.min(0.5, 1.358 / Math.sqrt(steps));
    line(chart, "steps of the LLM", places, shares, LINES[0], 2f);
    line(chart, "the same distribution", UNIT, UNIT, Color.GRAY, 1.2f);
    line(chart, "95 % of such lie within", UNIT, plus(UNIT, bound), Color.LIGHT_GRAY, 1f);
    line(chart, "below", UNIT, plus(UNIT, -bound), Color.LIGHT_GRAY, 1f).setShowInLegend(false);
    return FigureFiles.write(folder, channel + "-calibration", chart);
  }

  private static double[] plus(double[] values, double offset) {
    return Arrays.stream(values).map(value -> value + offset).toArray();
  }

  private static XYSeries line(
      XYChart chart, String name, double[] x, double[] y, Color color, float width) {
    XYSeries line = chart.addSeries(name, x, y);
    line.setMarker(SeriesMarkers.NONE).setLineColor(color).setLineStyle(new BasicStroke(width));
    return line;
  }

  private static HeatMapChart bestSplit(LevelTable table, SurrogateModel surrogate, Reward reward) {
    ChannelRanges ranges = surrogate.domain().ranges();
    SplitMap map =
        new SplitMap(
            ranges,
            MAP_SIGMAS,
            MAP_SHAPES,
            table.splits(),
            table.cleanLogPerplexity(),
            surrogate.layers(),
            table::expectedLogPerplexity,
            reward);
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "Best split, %s reward, %s, %s (%d different)",
                    reward.kind(),
                    table.measurements().setting().model(),
                    table.measurements().channel().name(),
                    map.distinct()))
            .xAxisTitle("noise intensity sigma")
            .yAxisTitle("Nakagami m")
            .build();
    List<Number[]> cells = new ArrayList<>();
    for (int sigma = 0; sigma < MAP_SIGMAS; sigma++) {
      for (int shape = 0; shape < MAP_SHAPES; shape++) {
        cells.add(new Number[] {sigma, shape, map.best(sigma, shape)});
      }
    }
    chart.addSeries("p*", labels(map.sigmas()), labels(map.shapes()), cells);
    chart
        .getStyler()
        .setRangeColors(FROM_SHALLOW_TO_DEEP)
        .setShowValue(true)
        .setHeatMapValueDecimalPattern("0")
        .setValueFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setChartBackgroundColor(Color.WHITE);
    return chart;
  }

  private static XYChart logPerplexity(LevelTable table, SurrogateModel surrogate) {
    ChannelRanges ranges = surrogate.domain().ranges();
    double m = ranges.m().clip(1);
    String channel = table.measurements().channel().name();
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "%s, %s, m = %s: measured (points, with standard errors) and surrogate (lines)",
                    table.measurements().setting().model(),
                    channel,
                    brief(m)))
            .xAxisTitle("split p")
            .yAxisTitle("expected ln PPL in nats")
            .build();
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setChartBackgroundColor(Color.WHITE);
    double[] splits = table.splits().stream().mapToDouble(Integer::doubleValue).toArray();
    double[] sigmas =
        Arrays.stream(SIGMA_SHARES)
            .map(share -> ranges.sigma().clip(share * ranges.sigma().high()))
            .distinct()
            .toArray();
    for (int i = 0; i < sigmas.length; i++) {
      ChannelState state = new ChannelState(sigmas[i], m);
      double[] predicted =
          table.splits().stream()
              .mapToDouble(split -> surrogate.expectedLogPerplexity(state, split))
              .toArray();
      double[] measured =
          table.splits().stream()
              .mapToDouble(split -> table.expectedLogPerplexity(state, split))
              .toArray();
      double[] errors =
          table.splits().stream().mapToDouble(split -> table.standardError(state, split)).toArray();
      String name = "sigma = " + brief(sigmas[i]);
      XYSeries line = chart.addSeries(name, splits, predicted);
      line.setMarker(SeriesMarkers.NONE).setLineColor(LINES[i]).setLineStyle(new BasicStroke(1.6f));
      XYSeries points = chart.addSeries(name + ", measured", splits, measured, errors);
      points
          .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
          .setMarker(SeriesMarkers.CIRCLE)
          .setMarkerColor(LINES[i])
          .setShowInLegend(false);
    }
    chart.getStyler().setMarkerSize(6);
    chart.getStyler().setErrorBarsColor(Color.DARK_GRAY);
    if (channel.equals(FadingAwgn.NAME)) {
      chart.getStyler().setYAxisMin(Math.floor(table.cleanLogPerplexity()));
    }
    return chart;
  }

  private static List<String> labels(double[] values) {
    return Arrays.stream(values).mapToObj(SurrogateFigures::brief).toList();
  }

  private static String brief(double value) {
    return new BigDecimal(value)
        .round(new MathContext(DIGITS))
        .stripTrailingZeros()
        .toPlainString();
  }
}
