package io.splitgym.cli;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.checkpoint.hub.CatalogueModel;
import io.splitgym.checkpoint.hub.ModelMissingException;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.SplitRange;
import io.splitgym.measurement.MeasuredOptions;
import io.splitgym.measurement.MeasuredPerplexityModel;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.registry.BackendUnavailableException;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.registry.Values;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateDomain;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The shipped surrogates, and the LLMs of this machine. An LLM is loaded when the first environment
 * asks for it, and shared by all that ask for the same one on the same windows.
 */
public final class ServedModels implements PerplexityModels, AutoCloseable {
  private static final String MODEL = "model";
  private static final String WINDOW = "window";
  private static final String MAX_TOKENS = "maxTokens";
  private static final String NOISE_POOL = "noisePool";
  private static final String SIGMA_LEVELS = "sigmaLevels";
  private static final String M_LEVELS = "mLevels";

  private static final String DEFAULT_MODEL = "smollm2-135m";
  private static final int DEFAULT_WINDOW = 256;
  private static final int DEFAULT_TOKENS = 2_048;
  private static final int MOST_WINDOW = 8_192;
  private static final int MOST_TOKENS = 65_536;
  private static final int MOST_LOADED = 4;

  private final EvaluatorSource evaluators;
  private final ModelStore models;
  private final DataOption data;
  private final ConcurrentMap<String, SurrogateModel> surrogates = new ConcurrentHashMap<>();
  private final Map<Loaded, SplitEvaluator> loaded = new HashMap<>();
  private @Nullable MeasurementStore store;

  /**
   * With real LLMs, from where the options say.
   *
   * @param surrogates files of fitted ones that take the place of the shipped ones
   * @throws IOException if one of them can't be read
   */
  public static ServedModels of(ModelsOption models, DataOption data, List<Path> surrogates)
      throws IOException {
    return new ServedModels(new LlmEvaluators(), models.store(), data, read(surrogates));
  }

  /** The surrogates in these files. */
  static List<SurrogateModel> read(List<Path> surrogates) throws IOException {
    List<SurrogateModel> fitted = new ArrayList<>();
    for (Path file : surrogates) {
      fitted.add(SurrogateFile.read(Files.readAllBytes(file)));
    }
    return fitted;
  }

  /**
   * @param fitted surrogates that take the place of the shipped ones for the same channel
   */
  ServedModels(
      EvaluatorSource evaluators, ModelStore models, DataOption data, List<SurrogateModel> fitted) {
    this.evaluators = evaluators;
    this.models = models;
    this.data = data;
    fitted.forEach(model -> surrogates.put(model.provenance().channel().name(), model));
  }

  @Override
  public Source surrogate(String channel) {
    return new Surrogate(surrogates.computeIfAbsent(channel, ShippedSurrogates::load));
  }

  @Override
  public List<ParameterDescription> llmParameters() {
    return List.of(
        description(
            MODEL, "string", DEFAULT_MODEL, "one of " + catalogue(), "The model that evaluates."),
        description(
            WINDOW,
            "integer",
            DEFAULT_WINDOW,
            "in [2, " + MOST_WINDOW + "], at most the model's context",
            "Tokens in a window of the shipped text."),
        description(
            MAX_TOKENS,
            "integer",
            DEFAULT_TOKENS,
            "in [2, " + MOST_TOKENS + "]",
            "How many of the text's first tokens a step evaluates."),
        description(
            NOISE_POOL,
            "integer",
            0,
            "0 (no limit) or more",
            "How many noise seeds there are to draw from, so that visited cells come from the"
                + " store."),
        description(
            SIGMA_LEVELS,
            "integer",
            0,
            "0 (off) or in [2, 1000000]",
            "sigma is snapped to the nearest of so many values, evenly spaced over its range."),
        description(
            M_LEVELS,
            "integer",
            0,
            "0 (off) or in [2, 1000000]",
            "m is snapped to the nearest of so many values, evenly spaced by ratio."));
  }

  @Override
  public Source llm(String channel, Map<String, Object> parameters) {
    String name = String.valueOf(parameters.getOrDefault(MODEL, DEFAULT_MODEL));
    if (models.catalogue().models().stream().noneMatch(model -> model.name().equals(name))) {
      // a path would let a client have any file of this machine opened
      throw new InvalidValueException("llm." + MODEL, name, "one of " + catalogue());
    }
    Loaded key =
        new Loaded(
            name,
            integer(parameters, WINDOW, DEFAULT_WINDOW, 2, MOST_WINDOW),
            integer(parameters, MAX_TOKENS, DEFAULT_TOKENS, 2, MOST_TOKENS));
    int pool = integer(parameters, NOISE_POOL, 0, 0, Integer.MAX_VALUE);
    int sigmaLevels = integer(parameters, SIGMA_LEVELS, 0, 0, Integer.MAX_VALUE);
    int mLevels = integer(parameters, M_LEVELS, 0, 0, Integer.MAX_VALUE);

    Map<String, Object> all = new LinkedHashMap<>();
    all.put(MODEL, name);
    all.put(WINDOW, key.window());
    all.put(MAX_TOKENS, key.maxTokens());
    all.put(NOISE_POOL, pool);
    all.put(SIGMA_LEVELS, sigmaLevels);
    all.put(M_LEVELS, mLevels);
    try {
      SplitEvaluator evaluator = evaluator(key);
      TextOption text = TextOption.of(name);
      Channel through =
          channel.equals(Erasure.NAME)
              ? new Erasure(1)
              : FadingAwgn.ofUnit(evaluators.noiseUnit(models, text, data));
      return new Llm(
          evaluator,
          store(),
          through,
          pool,
          sigmaLevels,
          mLevels,
          Collections.unmodifiableMap(all));
    } catch (ModelMissingException e) {
      throw new BackendUnavailableException(e.reason(), e.command());
    } catch (UnsupportedCheckpointException e) {
      throw new InvalidValueException(
          "llm." + MODEL, name, "a model that can be evaluated (" + e.getMessage() + ")");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      loaded.values().forEach(SplitEvaluator::close);
      loaded.clear();
    } finally {
      if (store != null) {
        store.close();
        store = null;
      }
    }
  }

  private synchronized MeasurementStore store() throws IOException {
    if (store == null) {
      store = MeasurementStore.open(data.measurements());
    }
    return store;
  }

  private synchronized SplitEvaluator evaluator(Loaded key) throws IOException {
    SplitEvaluator evaluator = loaded.get(key);
    if (evaluator == null) {
      if (loaded.size() >= MOST_LOADED) {
        throw new InvalidValueException(
            "llm",
            key,
            "one of the "
                + MOST_LOADED
                + " combinations of model, window and maxTokens that this server has loaded: "
                + loaded.keySet());
      }
      evaluator =
          evaluators.open(
              models,
              TextOption.of(key.model()),
              key.window(),
              key.window(),
              key.maxTokens(),
              Runtime.getRuntime().availableProcessors());
      loaded.put(key, evaluator);
    }
    return evaluator;
  }

  private String catalogue() {
    return String.join(
        ", ", models.catalogue().models().stream().map(CatalogueModel::name).toList());
  }

  private static int integer(
      Map<String, Object> parameters, String name, int absent, int low, int high) {
    Object value = parameters.get(name);
    if (value == null) {
      return absent;
    }
    long number = Values.integer("llm." + name, value);
    if (number < low || number > high) {
      throw new InvalidValueException("llm." + name, value, "in [" + low + ", " + high + "]");
    }
    return (int) number;
  }

  private static ParameterDescription description(
      String name, String type, Object absent, String allowed, String meaning) {
    return new ParameterDescription("llm." + name, type, absent, allowed, meaning);
  }

  /** What an LLM is loaded for. */
  private record Loaded(String model, int window, int maxTokens) {}

  /** A surrogate, which answers only where it was fitted. */
  private record Surrogate(SurrogateModel model) implements Source {
    @Override
    public int layers() {
      return model.layers();
    }

    @Override
    public Map<String, Object> parameters() {
      return Map.of();
    }

    @Override
    public PerplexityModel over(ChannelRanges states, SplitRange splits) {
      SurrogateDomain domain = model.domain();
      requireWithin("sigmaRange", states.sigma(), domain.ranges().sigma());
      requireWithin("mRange", states.m(), domain.ranges().m());
      if (splits.min() < domain.leastSplit() || splits.max() > domain.greatestSplit()) {
        throw new InvalidValueException(
            "splitRange",
            splits,
            "within the surrogate's [" + domain.leastSplit() + ", " + domain.greatestSplit() + "]");
      }
      return model;
    }

    private static void requireWithin(String field, Range asked, Range fitted) {
      if (!fitted.contains(asked.low()) || !fitted.contains(asked.high())) {
        throw new InvalidValueException(
            field,
            asked,
            "within " + fitted + ", where the surrogate was fitted, dynamics included");
      }
    }
  }

  /** A loaded LLM with a channel. */
  private record Llm(
      SplitEvaluator evaluator,
      MeasurementStore store,
      Channel channel,
      int noisePool,
      int sigmaLevels,
      int mLevels,
      Map<String, Object> parameters)
      implements Source {
    @Override
    public int layers() {
      return evaluator.layers();
    }

    @Override
    public PerplexityModel over(ChannelRanges states, SplitRange splits) {
      Require.inRange("splitRange", splits.max(), 1, evaluator.layers() - 1);
      return new MeasuredPerplexityModel(
          evaluator, store, channel, new MeasuredOptions(noisePool, sigmaLevels, mLevels, states));
    }
  }
}
