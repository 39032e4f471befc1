package io.splitgym.fitting;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.splitgym.random.RandomStream;
import io.splitgym.surrogate.Perceptron;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Trains a {@link Perceptron} on DJL's PyTorch engine: mean squared error, Adam, float32. First
 * weights and batches come from the seed, and operators run on one thread, so the same machine
 * gives the same weights; another kind of processor may round its matrix products differently, and
 * then gives other ones.
 */
final class NetworkTrainer {
  private static final int RATE_FALLS_BY = 1000;

  /** DJL's PyTorch engine collects gradients for one training of a process at a time. */
  private static final Object ONE_AT_A_TIME = new Object();

  private NetworkTrainer() {}

  /**
   * @param inputs [cells][features], standardised
   * @param targets [cells][outputs], standardised
   * @param progress is told how many steps are done
   */
  static Perceptron train(
      double[][] inputs, double[][] targets, FitOptions options, IntConsumer progress) {
    synchronized (ONE_AT_A_TIME) {
      return trainAlone(inputs, targets, options, progress);
    }
  }

  private static Perceptron trainAlone(
      double[][] inputs, double[][] targets, FitOptions options, IntConsumer progress) {
    setDefault("ai.djl.pytorch.num_threads", "1");
    setDefault("ai.djl.pytorch.num_interop_threads", "1");
    setDefault("ai.djl.offline", "true");
    List<Integer> widths = new ArrayList<>(options.hidden());
    widths.add(targets[0].length);
    SequentialBlock block = new SequentialBlock();
    for (int i = 0; i < widths.size(); i++) {
      if (i > 0) {
        block.add(Activation.reluBlock());
      }
      block.add(Linear.builder().setUnits(widths.get(i)).build());
    }
    Tracker rate =
        Tracker.cosine()
            .setBaseValue((float) options.learningRate())
            .optFinalValue((float) options.learningRate() / RATE_FALLS_BY)
            .setMaxUpdates(options.steps())
            .build();
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.l2Loss())
            .optDevices(new Device[] {Device.cpu()})
            .optOptimizer(Optimizer.adam().optLearningRateTracker(rate).build());
    RandomStream random = RandomStream.ofSeed(options.seed());
    try (Model model = Model.newInstance("surrogate", Device.cpu(), "PyTorch")) {
      model.setBlock(block);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(options.batch(), inputs[0].length));
        initialise(block, random.named("weights"));
        BatchOrder order = new BatchOrder(inputs.length, random.named("batches"));
        for (int step = 0; step < options.steps(); step++) {
          step(trainer, inputs, targets, order.next(Math.min(options.batch(), inputs.length)));
          progress.accept(step + 1);
        }
        return read(block);
      }
    }
  }

  private static void step(Trainer trainer, double[][] inputs, double[][] targets, int[] batch) {
    int features = inputs[0].length;
    float[] x = new float[batch.length * features];
    int outputs = targets[0].length;
    float[] y = new float[batch.length * outputs];
    for (int i = 0; i < batch.length; i++) {
      for (int feature = 0; feature < features; feature++) {
        x[i * features + feature] = (float) inputs[batch[i]][feature];
      }
      for (int output = 0; output < outputs; output++) {
        y[i * outputs + output] = (float) targets[batch[i]][output];
      }
    }
    try (NDManager scope = trainer.getManager().newSubManager()) {
      NDArray input = scope.create(x, new Shape(batch.length, features));
      NDArray target = scope.create(y, new Shape(batch.length, outputs));
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDArray predicted = trainer.forward(new NDList(input)).singletonOrThrow();
        collector.backward(predicted.sub(target).square().mean());
      }
      trainer.step();
    }
  }

  /** He's initialisation, uniform, and biases alike (K. He et al., arXiv 1502.01852). */
  private static void initialise(Block block, RandomStream random) {
    for (Parameter parameter : block.getParameters().values()) {
      NDArray array = parameter.getArray();
      Shape shape = array.getShape();
      boolean weight = parameter.getType() == Parameter.Type.WEIGHT;
      double bound = weight ? Math.sqrt(6.0 / shape.get(1)) : 0.5;
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextUniform(-bound, bound);
      }
      array.set(values);
    }
  }

  private static Perceptron read(SequentialBlock block) {
    List<Perceptron.Layer> layers = new ArrayList<>();
    for (Block child : block.getChildren().values()) {
      if (child instanceof Linear) {
        NDArray weights = child.getParameters().get("weight").getArray();
        NDArray biases = child.getParameters().get("bias").getArray();
        layers.add(
            new Perceptron.Layer(
                (int) weights.getShape().get(1), weights.toFloatArray(), biases.toFloatArray()));
      }
    }
    return new Perceptron(layers);
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Every cell once before any a second time, in an order that the stream decides. */
  private static final class BatchOrder {
    private final int[] order;
    private final RandomStream random;
    private int next;

    BatchOrder(int cells, RandomStream random) {
      this.order = new int[cells];
      this.random = random;
      Arrays.setAll(order, i -> i);
      shuffle();
    }

    int[] next(int size) {
      if (next + size > order.length) {
        shuffle();
      }
      next += size;
      return Arrays.copyOfRange(order, next - size, next);
    }

    private void shuffle() {
      for (int i = order.length - 1; i > 0; i--) {
        int other = random.nextInteger(0, i);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
      }
      next = 0;
    }
  }
}
