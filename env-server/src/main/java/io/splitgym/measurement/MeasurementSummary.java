package io.splitgym.measurement;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.ShortestDecimal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.StringJoiner;

/**
 * Measurements in fewer numbers, as CSV with LF line ends: what each cell's draws say, and what
 * follows for channel states. Numbers have six digits; no measurement has more to say.
 */
public final class MeasurementSummary {
  private static final MathContext DIGITS = new MathContext(6);
  private static final double[] PROBABILITIES = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};

  private MeasurementSummary() {}

  /**
   * One row for each split and level: {@code split}, {@code level}, {@code draws}, {@code mean} of
   * ln PPL over them, its {@code standard_error}, {@code harm} (the mean less the clean value), the
   * standard deviation {@code between_draws} of the whole text's ln PPL, {@code least} and {@code
   * greatest} of the draws; in nats. What needs several draws is empty where there is one, and so
   * is the error at level 0, where nothing is drawn.
   */
  public static String cells(Measurements measurements) {
    StringBuilder text =
        new StringBuilder(
            "split,level,draws,mean,standard_error,harm,between_draws,least,greatest\n");
    LevelTable.cells(measurements)
        .forEach(
            (split, levels) ->
                levels.forEach(
                    (level, draws) -> {
                      CellStatistics cell = CellStatistics.of(draws, measurements.clean());
                      boolean several = draws.size() > 1;
                      StringJoiner row = new StringJoiner(",", "", "\n");
                      row.add(Integer.toString(split)).add(ShortestDecimal.of(level));
                      row.add(Integer.toString(cell.draws()));
                      row.add(brief(cell.mean()));
                      boolean random = draws.get(0).key().transmission().random();
                      row.add(random ? brief(cell.standardError()) : "");
                      row.add(brief(cell.mean() - measurements.clean().logPerplexity()));
                      row.add(several ? brief(cell.drawDeviation().orElseThrow()) : "");
                      row.add(several ? brief(extreme(draws, -1)) : "");
                      row.add(several ? brief(extreme(draws, 1)) : "");
                      text.append(row);
                    }));
    return text.toString();
  }

  /**
   * One row for each channel state and split: {@code sigma}, {@code m}, {@code split}, the {@code
   * mean} of ln PPL over fading and noise and its {@code standard_error}, the standard deviation
   * {@code step_deviation} of one draw over a text of so many windows and {@code window_deviation}
   * over one, and quantiles of one window's mean loss around its expectation, {@code window_q05} to
   * {@code window_q95}; in nats.
   *
   * @param windows of the text, at least 1
   */
  public static String states(
      WindowDraws draws, List<Double> sigmas, List<Double> shapes, int windows) {
    StringBuilder text =
        new StringBuilder(
            "sigma,m,split,mean,standard_error,step_deviation,window_deviation,"
                + "window_q05,window_q25,window_q50,window_q75,window_q95\n");
    LevelTable table = draws.table();
    for (double sigma : sigmas) {
      for (double shape : shapes) {
        ChannelState state = new ChannelState(sigma, shape);
        WindowDraws.AtState there = draws.at(state);
        for (int split : table.splits()) {
          WindowDraws.Spread spread = there.of(split, PROBABILITIES);
          StringJoiner row = new StringJoiner(",", "", "\n");
          row.add(ShortestDecimal.of(sigma)).add(ShortestDecimal.of(shape));
          row.add(Integer.toString(split));
          row.add(brief(table.expectedLogPerplexity(state, split)));
          row.add(brief(table.standardError(state, split)));
          row.add(brief(spread.deviation() / Math.sqrt(windows)));
          row.add(brief(spread.deviation()));
          for (int i = 1; i < PROBABILITIES.length - 1; i++) {
            row.add(brief(spread.quantiles()[i]));
          }
          text.append(row);
        }
      }
    }
    return text.toString();
  }

  private static double extreme(List<Measurement> draws, int sign) {
    return draws.stream().mapToDouble(draw -> sign * draw.logPerplexity()).max().orElseThrow()
        * sign;
  }

  private static String brief(double value) {
    return ShortestDecimal.of(new BigDecimal(value).round(DIGITS).doubleValue());
  }
}
