package io.splitgym.surrogate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledSurrogateTest {
  private static final ChannelState STATE = new ChannelState(0.12, 1.5);

  private final SurrogateModel model = RandomSurrogates.withDraws(3);

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void drawsLieAroundTheMeanAsFarAsIsTold(int windows) {
    SampledSurrogate sampled = new SampledSurrogate(model, windows);
    int draws = 40_000;
    RandomStream noise = RandomStream.ofSeed(11);
    double mean = model.expectedLogPerplexity(STATE, 7);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double off = sampled.logPerplexity(STATE, 7, noise.named("noise", i)).value() - mean;
      sum += off / draws;
      squares += off * off / draws;
    }
    double deviation = model.drawDeviation(STATE, 7, windows);
    assertThat(deviation).isPositive();
    assertThat(sum).isCloseTo(0, within(5 * deviation / Math.sqrt(draws)));
    assertThat(Math.sqrt(squares)).isCloseTo(deviation, within(0.03 * deviation));
    assertThat(sampled.mean(STATE, 7).value()).isEqualTo(mean);
    assertThat(sampled.mean(STATE, 7).drawDeviation()).hasValue(deviation);
  }

  @Test
  void aWindowsDrawsHaveTheQuantilesOfTheNetwork() {
    double[] quantiles = model.windowQuantiles(STATE, 4).clone();
    assertThat(quantiles).isSorted().hasSize(RandomSurrogates.PROBABILITIES.length);
    // gaps as a double would have them: exp(mean + deviation * output)
    Perceptron network = model.draws().orElseThrow().network();
    double[] outputs = naive(network, model.inputs(STATE, 4));
    DrawDistribution draws = model.draws().orElseThrow();
    for (int i = 0; i < outputs.length; i++) {
      double gap = Math.exp(draws.gapMeans()[i] + draws.gapDeviations()[i] * outputs[i]);
      assertThat(quantiles[i + 1] - quantiles[i]).isCloseTo(gap, within(1e-5));
    }
    SampledSurrogate sampled = new SampledSurrogate(model, 1);
    double[] drawn = new double[20_000];
    Arrays.setAll(drawn, i -> sampled.draw(STATE, 4, i));
    for (int i = 1; i < quantiles.length - 1; i++) {
      double bound = quantiles[i];
      double below = (double) Arrays.stream(drawn).filter(one -> one < bound).count();
      assertThat(below / drawn.length).isCloseTo(RandomSurrogates.PROBABILITIES[i], within(0.015));
    }
    assertThat(Arrays.stream(drawn).min().orElseThrow()).isGreaterThanOrEqualTo(quantiles[0]);
    assertThat(Arrays.stream(drawn).max().orElseThrow()).isLessThanOrEqualTo(quantiles[5]);
  }

  private static double[] naive(Perceptron network, double[] inputs) {
    double[] values = inputs;
    int left = network.layers().size();
    for (Perceptron.Layer layer : network.layers()) {
      left--;
      double[] next = new double[layer.outputs()];
      for (int o = 0; o < next.length; o++) {
        next[o] = layer.biases()[o];
        for (int i = 0; i < values.length; i++) {
          next[o] += layer.weights()[o * values.length + i] * values[i];
        }
        next[o] = left > 0 ? Math.max(0, next[o]) : next[o];
      }
      values = next;
    }
    return values;
  }

  @Test
  void theNoisesSeedIsAllThatADrawDependsOn() {
    SampledSurrogate sampled = new SampledSurrogate(model, 8);
    LogPerplexity first = sampled.logPerplexity(STATE, 9, RandomStream.ofSeed(5));
    LogPerplexity again = sampled.logPerplexity(STATE, 9, RandomStream.ofSeed(5));
    assertThat(again).isEqualTo(first);
    assertThat(first.value())
        .isEqualTo(
            model.expectedLogPerplexity(STATE, 9)
                + sampled.draw(STATE, 9, first.noiseSeed().orElseThrow()));
    assertThat(sampled.logPerplexity(STATE, 9, RandomStream.ofSeed(6)).value())
        .isNotEqualTo(first.value());
  }

  @Test
  void drawsChangeNoBitOfTheMean() {
    SurrogateModel bare = RandomSurrogates.of(3, 3, 16, 1);
    for (int split = 1; split <= 29; split++) {
      assertThat(model.expectedLogPerplexity(STATE, split))
          .isEqualTo(bare.expectedLogPerplexity(STATE, split));
    }
  }

  @Test
  void aSurrogateThatWasNotFittedToDrawsRefuses() {
    SurrogateModel bare = RandomSurrogates.of(3, 3, 16, 1);
    assertThat(bare.mean(STATE, 2).drawDeviation()).isEmpty();
    assertThatThrownBy(() -> new SampledSurrogate(bare, 8))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("noise")
        .hasMessageContaining("mean");
  }

  @Test
  void aStateOutsideOfTheDomainIsRefused() {
    SampledSurrogate sampled = new SampledSurrogate(model, 8);
    assertThatThrownBy(
            () -> sampled.logPerplexity(new ChannelState(0.5, 1), 3, RandomStream.ofSeed(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("sigma");
  }

  @Test
  void aFileKeepsDrawsToTheBit() throws IOException {
    byte[] bytes = SurrogateFile.write(model);
    SurrogateModel read = SurrogateFile.read(bytes);
    assertThat(SurrogateFile.write(read)).isEqualTo(bytes);
    assertThat(read.draws().orElseThrow().provenance())
        .isEqualTo(model.draws().orElseThrow().provenance());
    assertThat(new SampledSurrogate(read, 8).draw(STATE, 12, 4))
        .isEqualTo(new SampledSurrogate(model, 8).draw(STATE, 12, 4));
  }

  @Test
  void aFileWithoutDrawsIsWhatItWas() throws IOException {
    SurrogateModel bare = RandomSurrogates.of(3, 3, 16, 1);
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(bare));
    assertThat(file.metadata().keySet()).noneMatch(name -> name.startsWith("draws"));
    assertThat(file.tensors().keySet()).noneMatch(name -> name.startsWith("draws"));
    assertThat(SurrogateFile.read(SurrogateFile.write(bare)).draws()).isEmpty();
  }

  private void assertRefused(
      BiConsumer<Map<String, String>, Map<String, Tensor>> change, String... said)
      throws IOException {
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(model));
    SortedMap<String, String> metadata = new TreeMap<>(file.metadata());
    SortedMap<String, Tensor> tensors = new TreeMap<>(file.tensors());
    change.accept(metadata, tensors);
    byte[] bytes = new SafetensorsFile(metadata, tensors).write();
    assertThatThrownBy(() -> SurrogateFile.read(bytes))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContainingAll(said);
  }

  @Test
  void brokenDrawsAreRefusedByName() throws IOException {
    assertRefused((metadata, tensors) -> metadata.remove("draws"), "draws.probabilities");
    assertRefused((metadata, tensors) -> metadata.put("draws", "moods"), "draws", "moods");
    assertRefused((metadata, tensors) -> metadata.put("draws.window", "many"), "draws.window");
    assertRefused(
        (metadata, tensors) -> tensors.remove("draws.probabilities"), "draws.probabilities");
    assertRefused(
        (metadata, tensors) ->
            tensors.put(
                "draws.probabilities",
                new Tensor(List.of(6), new float[] {0, 0.5f, 0.4f, 0.9f, 0.99f, 1})),
        "draws.probabilities",
        "0.4");
    assertRefused(
        (metadata, tensors) ->
            tensors.put("draws.probabilities", new Tensor(List.of(3), new float[] {0, 0.5f, 1})),
        "5 outputs");
    assertRefused(
        (metadata, tensors) ->
            tensors.put(
                "draws.target.deviation", new Tensor(List.of(5), new float[] {1, 1, 0, 1, 1})),
        "draws.target.deviation");
  }
}
