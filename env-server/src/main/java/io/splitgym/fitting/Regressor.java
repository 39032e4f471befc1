package io.splitgym.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
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
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;

/**
 * Simpler regressors than networks, so that a network's errors have something to be read against.
 */
public enum Regressor {
  /** The mean of the targets, whatever is asked. */
  CONSTANT("constant") {
    @Override
    ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed) {
      double mean = Arrays.stream(targets).sum() / targets.length;
      return asked -> mean;
    }
  },

  /** Least squares. */
  LINEAR("linear") {
    @Override
    ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed) {
      return polynomial(features, targets, 1);
    }
  },

  /** Least squares over all products of up to three features. */
  CUBIC("cubic") {
    @Override
    ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed) {
      return polynomial(features, targets, 3);
    }
  },

  /** The mean of the four nearest samples. */
  NEAREST_NEIGHBOURS("nearest neighbours") {
    @Override
    ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed) {
      return tribuo(
          new KNNTrainer<>(
              Math.min(NEIGHBOURS, targets.length),
              new L2Distance(),
              1,
              new AveragingCombiner(),
              KNNModel.Backend.THREADPOOL,
              NeighboursQueryFactoryType.KD_TREE),
          features,
          targets);
    }
  },

  /** Fifty regression trees on bootstrap samples. */
  RANDOM_FOREST("random forest") {
    @Override
    ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed) {
      return tribuo(
          new RandomForestTrainer<>(
              new CARTRegressionTrainer(
                  DEEPEST, 1, 0, FEATURES_A_BRANCH, false, new MeanSquaredError(), seed),
              new AveragingCombiner(),
              TREES,
              seed),
          features,
          targets);
    }
  };

  private static final int NEIGHBOURS = 4;
  private static final int TREES = 50;
  private static final int DEEPEST = 30;
  // two of three features at each branch, one of two
  private static final float FEATURES_A_BRANCH = 0.67f;

  private final String text;

  Regressor(String text) {
    this.text = text;
  }

  /** What tables and figures call it. */
  public String text() {
    return text;
  }

  /**
   * Fits to samples.
   *
   * @param features [samples][features], standardised, as distances are taken over them
   * @param targets [samples]; more than {@link #CUBIC} has terms, 10 with two features and 20 with
   *     three
   * @param seed of what chance there is in it
   * @return what it predicts for features
   * @throws org.apache.commons.math3.exception.MathIllegalArgumentException if a least-squares fit
   *     has too few samples
   */
  public ToDoubleFunction<double[]> fit(double[][] features, double[] targets, long seed) {
    if (features.length == 0 || features.length != targets.length) {
      throw new IllegalArgumentException(features.length + " and " + targets.length + " samples");
    }
    return fitChecked(features, targets, seed);
  }

  abstract ToDoubleFunction<double[]> fitChecked(double[][] features, double[] targets, long seed);

  private static ToDoubleFunction<double[]> polynomial(
      double[][] features, double[] targets, int degree) {
    List<int[]> terms = terms(features[0].length, degree);
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
    regression.newSampleData(
        targets,
        Arrays.stream(features).map(sample -> products(sample, terms)).toArray(double[][]::new));
    double[] coefficients = regression.estimateRegressionParameters();
    return asked -> {
      double[] products = products(asked, terms);
      double value = coefficients[0];
      for (int i = 0; i < products.length; i++) {
        value += coefficients[i + 1] * products[i];
      }
      return value;
    };
  }

  /** The features of each product, in ascending order, repeated as often as they are factors. */
  private static List<int[]> terms(int features, int degree) {
    List<int[]> terms = new ArrayList<>();
    List<int[]> last = List.of(new int[0]);
    for (int factors = 1; factors <= degree; factors++) {
      List<int[]> longer = new ArrayList<>();
      for (int[] term : last) {
        int from = term.length == 0 ? 0 : term[term.length - 1];
        for (int feature = from; feature < features; feature++) {
          int[] product = Arrays.copyOf(term, factors);
          product[factors - 1] = feature;
          longer.add(product);
        }
      }
      terms.addAll(longer);
      last = longer;
    }
    return terms;
  }

  private static double[] products(double[] sample, List<int[]> terms) {
    double[] products = new double[terms.size()];
    for (int i = 0; i < products.length; i++) {
      products[i] = 1;
      for (int feature : terms.get(i)) {
        products[i] *= sample[feature];
      }
    }
    return products;
  }

  private static ToDoubleFunction<double[]> tribuo(
      Trainer<org.tribuo.regression.Regressor> trainer, double[][] features, double[] targets) {
    // Tribuo tells of every tree that it begins
    Logger.getLogger("org.tribuo").setLevel(Level.WARNING);
    RegressionFactory outputs = new RegressionFactory();
    MutableDataset<org.tribuo.regression.Regressor> dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("cells", outputs), outputs);
    String[] names =
        IntStream.range(0, features[0].length).mapToObj(i -> "x" + i).toArray(String[]::new);
    for (int i = 0; i < targets.length; i++) {
      dataset.add(example(names, features[i], targets[i]));
    }
    Model<org.tribuo.regression.Regressor> model = trainer.train(dataset);
    return asked -> model.predict(example(names, asked, 0)).getOutput().getValues()[0];
  }

  private static ArrayExample<org.tribuo.regression.Regressor> example(
      String[] names, double[] features, double target) {
    return new ArrayExample<>(
        new org.tribuo.regression.Regressor("target", target), names, features);
  }
}
