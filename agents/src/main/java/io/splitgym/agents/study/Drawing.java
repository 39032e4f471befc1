package io.splitgym.agents.study;

import java.awt.BasicStroke;
import java.awt.Color;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A figure of lines with bands, all in one style. */
final class Drawing {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 560;
  private static final int LABELS_APART = 100;
  private static final int BAND_OPACITY = 46;
  private static final int POINT_OPACITY = 90;
  private static final float WIDE = 2;
  private static final float NARROW = 1.4f;
  private static final float[] DASHES = {8, 5};
  private static final float[] DOTS = {2, 3};
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x1b6ca8),
          new Color(0xc8502d),
          new Color(0x2a9d5c),
          new Color(0x8e3b8a),
          new Color(0xc98a00),
          new Color(0x4a4a4a),
          new Color(0x00a5a8));

  private static final int DIGITS = 2;

  /** How a line is drawn. */
  enum Stroke {
    SOLID(new BasicStroke(WIDE)),
    DASHED(broken(DASHES)),
    DOTTED(broken(DOTS));

    private final BasicStroke stroke;

    Stroke(BasicStroke stroke) {
      this.stroke = stroke;
    }

    private static BasicStroke broken(float[] pattern) {
      return new BasicStroke(NARROW, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, pattern, 0);
    }
  }

  private final XYChart chart;
  private boolean placesByRatio;
  private boolean valuesByRatio;

  Drawing(String title, String horizontal, String vertical) {
    this.chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(horizontal)
            .yAxisTitle(vertical)
            .build();
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setMarkerSize(5);
    chart.getStyler().setXAxisTickMarkSpacingHint(LABELS_APART);
  }

  /** The horizontal axis counts something. */
  Drawing counting() {
    chart.getStyler().setXAxisDecimalPattern("#,##0");
    return this;
  }

  /** The horizontal axis has two digits behind the point. */
  Drawing hundredths() {
    chart.getStyler().setXAxisDecimalPattern("0.00");
    return this;
  }

  /** What lies outside isn't drawn. */
  Drawing between(double low, double high) {
    double[] ends = drawn(new double[] {low, high}, valuesByRatio);
    chart.getStyler().setYAxisMin(ends[0]).setYAxisMax(ends[1]);
    return this;
  }

  /** The vertical axis is logarithmic. Said before anything is drawn. */
  Drawing logarithmic() {
    valuesByRatio = true;
    chart.setCustomYAxisTickLabelsFormatter(Drawing::powerOfTen);
    return this;
  }

  /** The horizontal axis is logarithmic. Said before anything is drawn. */
  Drawing logarithmicAcross() {
    placesByRatio = true;
    chart.setCustomXAxisTickLabelsFormatter(Drawing::powerOfTen);
    return this;
  }

  // the chart's own logarithmic axes have labels at powers of ten only
  private static String powerOfTen(double exponent) {
    return new BigDecimal(Math.pow(10, exponent))
        .round(new MathContext(DIGITS))
        .stripTrailingZeros()
        .toPlainString();
  }

  private static double[] drawn(double[] values, boolean byRatio) {
    return byRatio ? Arrays.stream(values).map(Math::log10).toArray() : values;
  }

  private XYSeries add(String name, double[] places, double[] values) {
    return chart.addSeries(name, drawn(places, placesByRatio), drawn(values, valuesByRatio));
  }

  XYChart chart() {
    return chart;
  }

  /** A line's colour; the eighth is the first's again. */
  static Color colour(int index) {
    return COLOURS.get(index % COLOURS.size());
  }

  /** Between two lines; not in the legend. */
  void band(String name, double[] places, double[] low, double[] high, Color colour) {
    int count = places.length;
    double[] around = new double[2 * count];
    double[] values = new double[2 * count];
    for (int i = 0; i < count; i++) {
      around[i] = places[i];
      values[i] = high[i];
      around[2 * count - 1 - i] = places[i];
      values[2 * count - 1 - i] = low[i];
    }
    XYSeries series = add(name + ", interval", around, values);
    Color faint = withOpacity(colour, BAND_OPACITY);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(faint);
    series.setFillColor(faint);
    series.setLineStyle(new BasicStroke(0));
    series.setShowInLegend(false);
  }

  void line(String name, double[] places, double[] values, Color colour) {
    line(name, places, values, colour, Stroke.SOLID);
  }

  void dashed(String name, double[] places, double[] values, Color colour) {
    line(name, places, values, colour, Stroke.DASHED);
  }

  void line(String name, double[] places, double[] values, Color colour, Stroke stroke) {
    XYSeries series = add(name, places, values);
    series.setMarker(SeriesMarkers.NONE).setLineColor(colour);
    series.setLineStyle(stroke.stroke);
  }

  /**
   * A dashed line of steps, for what jumps: each value reaches half-way to its neighbours' places.
   */
  void steps(String name, double[] places, double[] values, Color colour) {
    int count = places.length;
    double[] ends = new double[2 * count];
    double[] held = new double[2 * count];
    for (int i = 0; i < count; i++) {
      ends[2 * i] = i == 0 ? places[0] : (places[i - 1] + places[i]) / 2;
      ends[2 * i + 1] = i == count - 1 ? places[i] : (places[i] + places[i + 1]) / 2;
      held[2 * i] = values[i];
      held[2 * i + 1] = values[i];
    }
    dashed(name, ends, held, colour);
  }

  void level(String name, double[] places, double value, Color colour) {
    double first = Arrays.stream(places).min().orElse(0);
    double last = Arrays.stream(places).max().orElse(1);
    dashed(name, new double[] {first, last}, new double[] {value, value}, colour);
  }

  void points(String name, double[] places, double[] values, Color colour) {
    XYSeries series = add(name, places, values);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(withOpacity(colour, POINT_OPACITY));
  }

  /** Points that stand for themselves. */
  void marks(String name, double[] places, double[] values, Color colour) {
    XYSeries series = add(name, places, values);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    series.setMarker(SeriesMarkers.DIAMOND);
    series.setMarkerColor(colour);
  }

  private static Color withOpacity(Color colour, int opacity) {
    return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), opacity);
  }
}
