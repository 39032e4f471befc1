package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.Require;
import java.util.OptionalLong;

/**
 * The LLM itself: one draw of fading and noise over the evaluator's windows for each question, kept
 * in the store, so that a cell that was visited before is not evaluated again, and one that is
 * asked for twice at once is evaluated once. A question ends with a {@link
 * java.util.concurrent.CancellationException} when its thread is interrupted.
 */
public final class MeasuredPerplexityModel implements PerplexityModel {
  private final SplitEvaluator evaluator;
  private final MeasurementStore store;
  private final Channel channel;
  private final MeasuredOptions options;

  /**
   * @param evaluator and {@code store} stay the caller's to close
   */
  public MeasuredPerplexityModel(
      SplitEvaluator evaluator, MeasurementStore store, Channel channel, MeasuredOptions options) {
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
    Require.inRange("split", split, 1, layers() - 1);
    ChannelState evaluated = options.snap(state);
    // 53 bits, for a seed that is told in JSON must be read back as it is
    long seed =
        options.noisePool() == 0
            ? noise.nextLong() >>> 11
            : noise.nextInteger(1, options.noisePool());
    Measurement measurement =
        store.findOrMeasure(
            evaluator,
            new MeasurementKey(
                evaluator.setting(), new Transmission.AtState(channel, evaluated), split, seed));
    return new LogPerplexity(measurement.logPerplexity(), evaluated, OptionalLong.of(seed));
  }
}
