package io.splitgym.fitting;

import io.splitgym.surrogate.SurrogateFeatures;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Trainer;
import org.tribuo.common.nearest.KNNModel;
import org.tribuo.common.nearest.KNNTrainer;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.distance.L2Distance;
import org.tribuo.math.neighbour.NeighboursQueryFactoryType;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;

/**
 * Simpler regressors on the same cells and features, so that the network's errors have something to
 * be read against.
 */
final class Alternatives {
  private static final String[] NAMES = {"sigma", "m", "p"};
  private static final int NEIGHBOURS = 4;
  private static final int TREES = 50;
  private static final int DEEPEST = 30;
  // two of the three features at each branch
  private static final float FEATURES_A_BRANCH = 0.67f;

  private Alternatives() {}

  /** The mean of the targets, whatever is asked. */
  static ToDoubleFunction<Cell> constant(List<Cell> cells) {
    double mean = cells.stream().mapToDouble(Cell::target).sum() / cells.size();
    return cell -> mean;
  }

  /** Least squares. */
  static ToDoubleFunction<Cell> linear(List<Cell> cells) {
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.newSampleData(
        cells.stream().mapToDouble(Cell::target).toArray(),
        cells.stream().map(Cell::features).toArray(double[][]::new));
    double[] coefficients = regression.estimateRegressionParameters();
    return cell -> {
      double[] features = cell.features();
      double value = coefficients[0];
      for (int i = 0; i < features.length; i++) {
        value += coefficients[i + 1] * features[i];
      }
      return value;
    };
  }

  /** The mean of the four nearest cells, distances over standardised features. */
  static ToDoubleFunction<Cell> nearestNeighbours(List<Cell> cells, SurrogateFeatures features) {
    return tribuo(
        new KNNTrainer<>(
            NEIGHBOURS,
            new L2Distance(),
            1,
            new AveragingCombiner(),
            KNNModel.Backend.THREADPOOL,
            NeighboursQueryFactoryType.KD_TREE),
        cells,
        features);
  }

  /** Fifty regression trees on bootstrap samples. */
  static ToDoubleFunction<Cell> forest(List<Cell> cells, SurrogateFeatures features, long seed) {
    return tribuo(
        new RandomForestTrainer<>(
            new CARTRegressionTrainer(
                DEEPEST, 1, 0, FEATURES_A_BRANCH, false, new MeanSquaredError(), seed),
            new AveragingCombiner(),
            TREES,
            seed),
        cells,
        features);
  }

  private static ToDoubleFunction<Cell> tribuo(
      Trainer<Regressor> trainer, List<Cell> cells, SurrogateFeatures features) {
    // Tribuo tells of every tree that it begins
    Logger.getLogger("org.tribuo").setLevel(Level.WARNING);
    RegressionFactory outputs = new RegressionFactory();
    MutableDataset<Regressor> dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("cells", outputs), outputs);
    cells.forEach(cell -> dataset.add(example(cell, features)));
    Model<Regressor> model = trainer.train(dataset);
    return cell -> model.predict(example(cell, features)).getOutput().getValues()[0];
  }

  private static ArrayExample<Regressor> example(Cell cell, SurrogateFeatures features) {
    double[] values = new double[SurrogateFeatures.COUNT];
    features.write(cell.state().sigma(), cell.state().m(), cell.split(), values);
    return new ArrayExample<>(new Regressor("ln PPL", cell.target()), NAMES, values);
  }
}
