package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The LLM itself: one draw of fading and noise over the evaluator's windows for each question, kept
 * in the store, so that a cell that was visited before is not evaluated again, and one that is
 * asked for twice at once is evaluated once. A question ends with a {@link
 * java.util.concurrent.CancellationException} when its thread is interrupted.
 */
public final class MeasuredPerplexityModel implements PerplexityModel, MeanPerplexityModel {
  private static final long FIRST_NOISE_SEED = 1;

  private final SplitEvaluator evaluator;
  private final MeasurementStore store;
  private final Channel channel;
  private final MeasuredOptions options;
  private final int cellsAtOnce;

  /**
   * @param evaluator and {@code store} stay the caller's to close
   * @param cellsAtOnce how many cells of one call are evaluated side by side, at most; answers
   *     don't depend on it
   */
  public MeasuredPerplexityModel(
      SplitEvaluator evaluator,
      MeasurementStore store,
      Channel channel,
      MeasuredOptions options,
      int cellsAtOnce) {
    this.cellsAtOnce = Require.positive("cells at once", cellsAtOnce);
    this.evaluator = evaluator;
    this.store = store;
    this.channel = channel;
    this.options = options;
  }

  @Override
  public int layers() {
    return evaluator.layers();
  }

  @Override
  public double cleanLogPerplexity() {
    return store
        .findOrMeasure(evaluator, MeasurementKey.clean(evaluator.setting()))
        .logPerplexity();
  }

  @Override
  public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
    return measured(cell(state, split, noise));
  }

  /**
   * Cells that the store doesn't have are evaluated side by side, each as it would be alone, and a
   * cell that several questions lead to once. When the calling thread is interrupted, or a cell
   * fails, those in flight are cancelled and no other is begun.
   */
  @Override
  public List<LogPerplexity> logPerplexities(List<Question> questions) {
    List<MeasurementKey> cells = new ArrayList<>(questions.size());
    for (Question question : questions) {
      cells.add(cell(question.state(), question.split(), question.noise()));
    }
    List<MeasurementKey> different = List.copyOf(new LinkedHashSet<>(cells));
    List<Supplier<LogPerplexity>> work = new ArrayList<>(different.size());
    for (MeasurementKey cell : different) {
      work.add(() -> measured(cell));
    }
    List<LogPerplexity> measured = SideBySide.all(work, cellsAtOnce);
    Map<MeasurementKey, LogPerplexity> answers = new HashMap<>();
    for (int i = 0; i < measured.size(); i++) {
      answers.put(different.get(i), measured.get(i));
    }
    return cells.stream().map(cell -> Objects.requireNonNull(answers.get(cell))).toList();
  }

  /**
   * The mean over the draws of that cell that were measured so far, on any occasion; one is
   * measured if there are none.
   */
  @Override
  public MeanPerplexity mean(ChannelState state, int split) {
    Require.inRange("split", split, 1, layers() - 1);
    MeasurementKey first =
        new MeasurementKey(
            evaluator.setting(),
            new Transmission.AtState(channel, options.snap(state)),
            split,
            FIRST_NOISE_SEED);
    List<Measurement> draws = store.draws(first);
    if (draws.isEmpty()) {
      draws = List.of(store.findOrMeasure(evaluator, first));
    }
    CellStatistics known =
        CellStatistics.of(
            draws, store.findOrMeasure(evaluator, MeasurementKey.clean(evaluator.setting())));
    return new MeanPerplexity(
        known.mean(),
        OptionalDouble.of(known.standardError()),
        known.drawDeviation(),
        MeanPerplexity.Source.MEASURED);
  }

  private MeasurementKey cell(ChannelState state, int split, RandomStream noise) {
    Require.inRange("split", split, 1, layers() - 1);
    // 53 bits, for a seed that is told in JSON must be read back as it is
    long seed =
        options.noisePool() == 0
            ? noise.nextLong() >>> 11
            : noise.nextInteger(1, options.noisePool());
    return new MeasurementKey(
        evaluator.setting(), new Transmission.AtState(channel, options.snap(state)), split, seed);
  }

  private LogPerplexity measured(MeasurementKey cell) {
    Measurement measurement = store.findOrMeasure(evaluator, cell);
    return new LogPerplexity(
        measurement.logPerplexity(),
        ((Transmission.AtState) cell.transmission()).state(),
        OptionalLong.of(cell.noiseSeed()),
        measurement.losses().scoredTokens(),
        measurement.losses().bitsPerToken());
  }
}
