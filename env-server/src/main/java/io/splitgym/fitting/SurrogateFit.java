package io.splitgym.fitting;

import io.splitgym.channel.ShortestDecimal;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.surrogate.Perceptron;
import io.splitgym.surrogate.SurrogateDomain;
import io.splitgym.surrogate.SurrogateFeatures;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.surrogate.SurrogateProvenance;
import io.splitgym.validation.InvalidValueException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;

/**
 * From measurements over levels to a surrogate: targets by quadrature over a grid of sigma, m and
 * p, a network trained on most of the cells, and its errors on the rest beside those of simpler
 * regressors.
 *
 * @param surrogate ready to be asked, or written by {@link io.splitgym.surrogate.SurrogateFile}
 * @param report what it is worth
 */
public record SurrogateFit(SurrogateModel surrogate, FitReport report) {
  private static final int DIGITS = 3;

  /**
   * Fits a surrogate.
   *
   * @param all measurements over levels, of two or more splits without a gap; the surrogate answers
   *     for these; direct draws are left aside
   * @param progress is told how many of the options' steps are done
   * @throws InvalidValueException if there is a gap between splits, or the channel has no level
   */
  public static SurrogateFit of(Measurements all, FitOptions options, IntConsumer progress) {
    // direct draws that an environment added to the store must not change the data's hash
    Measurements measurements = all.overLevels();
    Unjudged fitted = Unjudged.of(measurements, options, progress);
    FitReport report =
        report(fitted.table(), fitted.grid(), fitted.features(), fitted.surrogate(), options);
    SurrogateModel surrogate =
        fitted.surrogate().withProvenance(provenance(measurements, options, errors(report)));
    return new SurrogateFit(surrogate, report);
  }

  /**
   * Fits the same surrogate and doesn't judge it: its provenance tells no errors.
   *
   * @param all as in {@link #of}
   */
  public static SurrogateModel unjudged(
      Measurements all, FitOptions options, IntConsumer progress) {
    return Unjudged.of(all.overLevels(), options, progress).surrogate();
  }

  /** A fitted surrogate and what it was made from. */
  private record Unjudged(
      LevelTable table, CellGrid grid, SurrogateFeatures features, SurrogateModel surrogate) {
    static Unjudged of(Measurements measurements, FitOptions options, IntConsumer progress) {
      LevelTable table = new LevelTable(measurements);
      requireConsecutiveSplits(table);
      CellGrid grid = CellGrid.of(table, options);
      List<Cell> fitted = grid.fitted();
      double[] targets = targets(fitted);
      SurrogateFeatures features = SurrogateFit.features(fitted);
      float targetMean = (float) mean(targets);
      float targetDeviation = (float) deviation(targets);
      double[][] standardised = new double[targets.length][1];
      for (int i = 0; i < targets.length; i++) {
        standardised[i][0] = (targets[i] - targetMean) / targetDeviation;
      }
      Perceptron network =
          NetworkTrainer.train(inputs(fitted, features), standardised, options, progress);
      List<Integer> splits = table.splits();
      SurrogateDomain domain =
          new SurrogateDomain(options.ranges(), splits.get(0), splits.get(splits.size() - 1));
      SurrogateModel surrogate =
          new SurrogateModel(
              provenance(measurements, options, "none"),
              domain,
              features,
              network,
              targetMean,
              targetDeviation);
      return new Unjudged(table, grid, features, surrogate);
    }
  }

  /** [cells][features], standardised. */
  private static double[][] inputs(List<Cell> cells, SurrogateFeatures features) {
    double[][] inputs = new double[cells.size()][SurrogateFeatures.COUNT];
    for (int i = 0; i < inputs.length; i++) {
      Cell cell = cells.get(i);
      features.write(cell.state().sigma(), cell.state().m(), cell.split(), inputs[i]);
    }
    return inputs;
  }

  private static double[] targets(List<Cell> cells) {
    return cells.stream().mapToDouble(Cell::target).toArray();
  }

  private static void requireConsecutiveSplits(LevelTable table) {
    List<Integer> splits = table.splits();
    if (splits.size() < 2 || splits.get(splits.size() - 1) - splits.get(0) != splits.size() - 1) {
      throw new InvalidValueException("measured splits", splits, "two or more without a gap");
    }
  }

  private static FitReport report(
      LevelTable table,
      CellGrid grid,
      SurrogateFeatures features,
      SurrogateModel surrogate,
      FitOptions options) {
    List<Cell> fitted = grid.fitted();
    ToDoubleFunction<Cell> network =
        cell -> surrogate.expectedLogPerplexity(cell.state(), cell.split());
    double[][] inputs = inputs(fitted, features);
    double[] targets = targets(fitted);
    List<double[]> asked = List.of(inputs(grid.heldOut(), features));
    double[] held = targets(grid.heldOut());
    Map<String, RegressionErrors> alternatives = new LinkedHashMap<>();
    for (Regressor regressor : Regressor.values()) {
      ToDoubleFunction<double[]> prediction = regressor.fit(inputs, targets, options.seed());
      alternatives.put(
          regressor.text(),
          RegressionErrors.of(held, asked.stream().mapToDouble(prediction).toArray()));
    }
    return new FitReport(
        fitted.size(),
        grid.heldOut().size(),
        RegressionErrors.of(fitted, network),
        RegressionErrors.of(grid.heldOut(), network),
        alternatives,
        grid.meanStandardError(),
        grid.greatestStandardError(),
        grid.standardErrorNearBest(),
        SurrogateCheck.decisions(table, surrogate, ObjectiveReward.DEFAULT),
        SurrogateCheck.decisions(table, surrogate, ReferenceReward.DEFAULT));
  }

  private static String errors(FitReport report) {
    RegressionErrors errors = report.onHeldOut();
    return String.join(
        ", ",
        "on " + report.heldOutCells() + " held-out cells MAE " + brief(errors.mae()),
        "RMSE " + brief(errors.rmse()),
        "R2 "
            + ShortestDecimal.of(
                new BigDecimal(errors.r2()).setScale(5, RoundingMode.HALF_EVEN).doubleValue()),
        "greatest " + brief(errors.greatest()) + " nats",
        "mean standard error of the measurements " + brief(report.meanStandardError()) + " nats");
  }

  private static String brief(double value) {
    return new BigDecimal(value).round(new MathContext(DIGITS)).toPlainString();
  }

  private static SurrogateProvenance provenance(
      Measurements measurements, FitOptions options, String errors) {
    EvaluationSetting setting = measurements.setting();
    return new SurrogateProvenance(
        setting.model(),
        setting.modelHash(),
        setting.layers(),
        setting.corpus(),
        setting.corpusHash(),
        setting.maxTokens()
            + " tokens in windows of "
            + setting.window()
            + ", stride "
            + setting.stride(),
        setting.precision(),
        measurements.channel(),
        measurements.clean().logPerplexity(),
        MeasurementCsv.hash(measurements),
        options.seed(),
        errors);
  }

  private static SurrogateFeatures features(List<Cell> cells) {
    float[] means = new float[SurrogateFeatures.COUNT];
    float[] deviations = new float[SurrogateFeatures.COUNT];
    for (int feature = 0; feature < SurrogateFeatures.COUNT; feature++) {
      int at = feature;
      double[] values = cells.stream().mapToDouble(cell -> cell.features()[at]).toArray();
      means[feature] = (float) mean(values);
      deviations[feature] = (float) deviation(values);
    }
    return new SurrogateFeatures(means, deviations);
  }

  private static double mean(double[] values) {
    // in order: a parallel or compensated sum could differ in its last bits
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / values.length);
  }
}
