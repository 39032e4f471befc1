package io.splitgym.surrogate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.channel.ChannelState;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.SafetensorsFile;
import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.checkpoint.hub.Sha256;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SurrogateModelTest {
  private static final int[] WIDTHS = {3, 128, 128, 1};

  private final SurrogateModel model = model(7);

  private static SurrogateModel model(long seed) {
    return RandomSurrogates.of(seed, WIDTHS);
  }

  private static double naive(SurrogateModel model, double sigma, double m, int split) {
    double[] values = {
      (Math.log(sigma + 0.01) + 2) / 1, (Math.log(m) - 1) / 0.5, (Math.log(split) - 2) / 0.75
    };
    int left = model.network().layers().size();
    for (Perceptron.Layer layer : model.network().layers()) {
      left--;
      double[] next = new double[layer.outputs()];
      for (int o = 0; o < next.length; o++) {
        for (int i = 0; i < values.length; i++) {
          next[o] += layer.weights()[o * values.length + i] * values[i];
        }
        next[o] += layer.biases()[o];
        next[o] = left > 0 ? Math.max(0, next[o]) : next[o];
      }
      values = next;
    }
    return 5 + 2 * values[0];
  }

  /** So that what was begun on the shipped surrogates before they learned their draws goes on. */
  @ParameterizedTest
  @CsvSource({
    "fading-awgn, 5ea0cc0a590ec21b12a791f15ebd933a820b218995a1248fbdb4c1a2c91d457d",
    "erasure, b7f16b939f54f737064e3c5570c702d88f96c8019e1d1804c5af17be2d8b9a03"
  })
  void learningDrawsChangesNoFingerprintOfAShippedMean(String channel, String hash)
      throws IOException {
    SurrogateModel shipped = ShippedSurrogates.load(channel);
    assertThat(SurrogateFile.fingerprint(shipped)).isEqualTo(hash);
    assertThat(Sha256.of(SurrogateFile.write(shipped.meanAlone())).hex()).isEqualTo(hash);
    try (InputStream file =
        ShippedSurrogates.class.getResourceAsStream("smollm2-135m-" + channel + ".safetensors")) {
      assertThat(SurrogateFile.fingerprintWithDraws(shipped))
          .isEqualTo(Sha256.of(Objects.requireNonNull(file).readAllBytes()).hex());
    }
  }

  @Test
  void itIsTheFormulaOfItsWeights() {
    RandomStream random = RandomStream.ofSeed(3);
    for (int i = 0; i < 200; i++) {
      ChannelState state =
          new ChannelState(random.nextUniform(0, 0.3), random.nextUniform(0.5, 10));
      int split = random.nextInteger(1, 29);
      assertThat(model.expectedLogPerplexity(state, split))
          .isCloseTo(naive(model, state.sigma(), state.m(), split), within(1e-5));
    }
  }

  /** Alone or among others, at whatever place, with outputs that don't fill a vector register. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 31, 128, 133})
  void askedTogetherEachIsTheSameAsAskedAlone(int width) {
    SurrogateModel model = RandomSurrogates.of(7, 3, width, width + 2, 1);
    RandomStream random = RandomStream.ofSeed(width);
    int count = 3 * Perceptron.TILE + 5;
    double[] sigma = new double[count];
    double[] m = new double[count];
    int[] split = new int[count];
    double[] together = new double[count];
    for (int i = 0; i < count; i++) {
      sigma[i] = random.nextUniform(0, 0.3);
      m[i] = random.nextUniform(0.5, 10);
      split[i] = random.nextInteger(1, 29);
    }
    int from = 2;
    int to = count - 1;
    // often enough for the code to be compiled in between
    for (int round = 0; round < 300; round++) {
      model.logPerplexities(sigma, m, split, from, to, together);
      for (int i = from; i < to; i++) {
        assertThat(together[i])
            .isEqualTo(model.expectedLogPerplexity(new ChannelState(sigma[i], m[i]), split[i]));
      }
    }
    assertThat(together[0]).isZero();
    assertThat(together[to]).isZero();
  }

  @Test
  void oneOutsideOfTheDomainAmongManyIsRefused() {
    double[] sigma = {0.1, 0.31};
    double[] m = {1, 1};
    assertThatThrownBy(() -> model.logPerplexities(sigma, m, new int[] {2, 2}, 0, 2, new double[2]))
        .hasMessage("sigma is 0.31, must be in [0, 0.3]");
  }

  @Test
  void threadsDontDisturbEachOther() throws Exception {
    Callable<List<Double>> work =
        () -> {
          RandomStream random = RandomStream.ofSeed(3);
          List<Double> values = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            values.add(
                model.expectedLogPerplexity(
                    new ChannelState(random.nextUniform(0, 0.3), random.nextUniform(0.5, 10)),
                    random.nextInteger(1, 29)));
          }
          return values;
        };
    List<Double> alone = work.call();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      for (Future<List<Double>> other : pool.invokeAll(List.of(work, work, work, work))) {
        assertThat(other.get()).isEqualTo(alone);
      }
    } finally {
      pool.shutdown();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.31, 1, 3, 'sigma is 0.31, must be in [0, 0.3]'",
    "0.1, 10.5, 3, 'm is 10.5, must be in [0.5, 10]'",
    "0.1, 1, 30, 'split is 30, must be in [1, 29]'",
    "0.1, 1, 0, 'split is 0, must be in [1, 29]'",
  })
  void outsideOfItsDomainItRefuses(double sigma, double m, int split, String message) {
    assertThatThrownBy(() -> model.expectedLogPerplexity(new ChannelState(sigma, m), split))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(message);
  }

  @Test
  void aFileHoldsAllOfIt() throws Exception {
    byte[] bytes = SurrogateFile.write(model);
    SurrogateModel read = SurrogateFile.read(bytes);
    assertThat(read.provenance()).isEqualTo(model.provenance());
    assertThat(read.domain()).isEqualTo(model.domain());
    assertThat(read.layers()).isEqualTo(30);
    assertThat(read.cleanLogPerplexity()).isEqualTo(3.5);
    ChannelState state = new ChannelState(0.2, 1);
    assertThat(read.logPerplexity(state, 4, RandomStream.ofSeed(1)))
        .isEqualTo(model.logPerplexity(state, 4, RandomStream.ofSeed(2)));
    assertThat(SurrogateFile.write(read)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "version, 2, version is 2",
    "features, raw, features is raw",
    "layers, many, layers is many",
    "layers, 12, greatestSplit is 29",
    "channel, fog, channel is fog",
    "channel.noiseUnit, -1, noiseUnit is -1",
    "domain.sigma, 0.3 0, range",
    "domain.p, 1, domain.p is 1",
    "domain.m, , domain.m is missing",
  })
  void wrongMetadataIsRefusedByName(String name, @Nullable String value, String named)
      throws Exception {
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(model));
    SortedMap<String, String> metadata = new TreeMap<>(file.metadata());
    if (value == null) {
      metadata.remove(name);
    } else {
      metadata.put(name, value);
    }
    byte[] bytes = new SafetensorsFile(metadata, file.tensors()).write();
    assertThatThrownBy(() -> SurrogateFile.read(bytes))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(named);
  }

  @Test
  void wrongTensorsAreRefusedByName() throws Exception {
    assertRefused("layers.1.bias", null, "layers.1.bias");
    assertRefused("layers.1.bias", new Tensor(List.of(3), new float[3]), "weights");
    assertRefused("features.mean", new Tensor(List.of(2), new float[2]), "features");
    assertRefused("features.deviation", new Tensor(List.of(3), new float[3]), "above 0");
    assertRefused("target.deviation", new Tensor(List.of(1), new float[1]), "target deviation");
    assertRefused("stray", new Tensor(List.of(1), new float[1]), "tensors");
    assertRefused(
        "layers.2.bias", new Tensor(List.of(1), new float[] {Float.NaN}), "biases is NaN");
  }

  private void assertRefused(String name, @Nullable Tensor tensor, String named) throws Exception {
    SafetensorsFile file = SafetensorsFile.read(SurrogateFile.write(model));
    SortedMap<String, Tensor> tensors = new TreeMap<>(file.tensors());
    if (tensor == null) {
      tensors.remove(name);
    } else {
      tensors.put(name, tensor);
    }
    byte[] bytes = new SafetensorsFile(file.metadata(), tensors).write();
    assertThatThrownBy(() -> SurrogateFile.read(bytes))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aChannelWithoutAShippedSurrogateIsRefused() {
    assertThatThrownBy(() -> ShippedSurrogates.load("fog"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("fading-awgn");
  }
}
