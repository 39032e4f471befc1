package io.splitgym.backend;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Range;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelMissingException;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.decoder.Precision;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.SplitRange;
import io.splitgym.measurement.MeasuredOptions;
import io.splitgym.measurement.MeasuredPerplexityModel;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.registry.BackendUnavailableException;
import io.splitgym.registry.LlmUse;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.registry.Values;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.surrogate.SampledSurrogate;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateDomain;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The shipped surrogates, and the LLMs of this machine. An LLM is loaded when the first environment
 * asks for it, and lent to all that ask for it; see {@link LentLlms}.
 */
public final class ServedModels implements PerplexityModels, AutoCloseable {
  private static final String MODEL = "model";
  private static final String PRECISION = "precision";
  private static final String WINDOW = "window";
  private static final String MAX_TOKENS = "maxTokens";
  private static final String NOISE_POOL = "noisePool";
  private static final String SIGMA_LEVELS = "sigmaLevels";
  private static final String M_LEVELS = "mLevels";

  private static final int DEFAULT_WINDOW = 256;
  private static final int DEFAULT_TOKENS = NoiseKind.DEFAULT_WINDOWS * DEFAULT_WINDOW;
  private static final int MOST_WINDOW = 8_192;
  private static final int MOST_TOKENS = 65_536;

  /** Far longer than loading a small one takes on a machine that does nothing else. */
  public static final Duration LOADING_PATIENCE = Duration.ofSeconds(60);

  /** How many combinations of model, precision, window and maxTokens are kept by default. */
  public static final int DEFAULT_SETTINGS = 4;

  private final ModelStore models;
  private final Path data;
  private final Path measurements;
  private final Supplier<Precision> precision;
  private final ConcurrentMap<String, Surrogate> surrogates = new ConcurrentHashMap<>();
  private final LentLlms llms;
  private final Duration loadingPatience;
  private @Nullable MeasurementStore store;

  /**
   * @param data the folder in which noise units are kept
   * @param measurements the file in which cells are kept
   * @param fitted surrogates that take the place of the shipped ones for the same channel, at most
   *     one of each
   * @param settings how many combinations of model, precision, window and maxTokens are kept at
   *     once
   * @param precision of LLMs whose precision wasn't asked for; asked when the first of them is
   */
  public ServedModels(
      EvaluatorSource evaluators,
      ModelStore models,
      Path data,
      Path measurements,
      List<SurrogateModel> fitted,
      int settings,
      Supplier<Precision> precision) {
    this(
        evaluators,
        models,
        data,
        measurements,
        fitted,
        settings,
        precision,
        HiddenStateBounds.DEFAULT,
        LOADING_PATIENCE);
  }

  /**
   * The same, told what hidden states may take and how long to wait for a model.
   *
   * @param kept what the hidden states kept of one setting may take, in memory at most its share of
   *     half of Java's
   * @param loadingPatience how long an environment that is made waits for its model to load; then
   *     it is refused for now, and the loading goes on
   */
  public ServedModels(
      EvaluatorSource evaluators,
      ModelStore models,
      Path data,
      Path measurements,
      List<SurrogateModel> fitted,
      int settings,
      Supplier<Precision> precision,
      HiddenStateBounds kept,
      Duration loadingPatience) {
    this.precision = precision;
    this.loadingPatience = loadingPatience;
    this.llms = new LentLlms(new FromHere(evaluators, models, shared(kept, settings)), settings);
    this.models = models;
    this.data = data;
    this.measurements = measurements;
    for (SurrogateModel model : fitted) {
      String name = model.provenance().channel().name();
      if (surrogates.putIfAbsent(name, Surrogate.of(model)) != null) {
        throw new InvalidValueException("surrogate", model.provenance(), "the only one of " + name);
      }
    }
  }

  @Override
  public Source surrogate(ChannelChoice channel) {
    Surrogate surrogate =
        surrogates.computeIfAbsent(
            channel.name(), name -> Surrogate.of(ShippedSurrogates.load(name)));
    channel.requireIs(surrogate.channel());
    return surrogate;
  }

  @Override
  public List<ParameterDescription> llmParameters() {
    return List.of(
        description(
            MODEL,
            "string",
            Catalogue.DEFAULT,
            "one of the server's models: " + names(),
            "The model that evaluates; serve --llm NAME=PATH adds one."),
        description(
            PRECISION,
            "string",
            Precision.AUTO,
            Precision.allowedOrAuto(),
            "In what the model multiplies; "
                + Precision.AUTO
                + " is what the server was told or decided for."),
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
  public Source llm(ChannelChoice channel, Map<String, Object> parameters) {
    String name = String.valueOf(parameters.getOrDefault(MODEL, Catalogue.DEFAULT));
    if (!models.names().contains(name)) {
      // a path would let a client have any file of this machine opened
      throw new InvalidValueException("llm." + MODEL, name, "one of " + names());
    }
    LentLlms.Setting setting =
        new LentLlms.Setting(
            name,
            precision(parameters),
            integer(parameters, WINDOW, DEFAULT_WINDOW, 2, MOST_WINDOW),
            integer(parameters, MAX_TOKENS, DEFAULT_TOKENS, 2, MOST_TOKENS));
    int pool = integer(parameters, NOISE_POOL, 0, 0, Integer.MAX_VALUE);
    int sigmaLevels = integer(parameters, SIGMA_LEVELS, 0, 0, Integer.MAX_VALUE);
    int mLevels = integer(parameters, M_LEVELS, 0, 0, Integer.MAX_VALUE);

    Map<String, Object> all = new LinkedHashMap<>();
    all.put(MODEL, name);
    // as it is: where the environment goes on, auto may be another
    all.put(PRECISION, setting.weights().precision().text());
    all.put(WINDOW, setting.window());
    all.put(MAX_TOKENS, setting.maxTokens());
    all.put(NOISE_POOL, pool);
    all.put(SIGMA_LEVELS, sigmaLevels);
    all.put(M_LEVELS, mLevels);
    try {
      LentLlms.Loan loan = llms.borrow(setting, loadingPatience);
      try {
        Channel through = channel.channel(() -> loan.model().noiseUnit(data));
        return new Llm(
            loan, store(), through, pool, sigmaLevels, mLevels, Collections.unmodifiableMap(all));
      } catch (IOException | RuntimeException e) {
        loan.close();
        throw e;
      }
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
  public synchronized LlmUse llmUse() {
    return new LlmUse(
        store == null ? 0 : store.evaluations(), store == null ? 0 : store.hits(), llms.models());
  }

  @Override
  public synchronized void close() {
    try {
      llms.close();
    } finally {
      if (store != null) {
        store.close();
        store = null;
      }
    }
  }

  private synchronized MeasurementStore store() throws IOException {
    if (store == null) {
      store = MeasurementStore.open(measurements);
    }
    return store;
  }

  /** Half of Java's memory for hidden states, fairly shared. */
  private static HiddenStateBounds shared(HiddenStateBounds kept, int settings) {
    return kept.withMemoryAtMost(Runtime.getRuntime().maxMemory() / 2 / Math.max(1, settings));
  }

  private Precision precision(Map<String, Object> parameters) {
    String asked = String.valueOf(parameters.getOrDefault(PRECISION, Precision.AUTO));
    return Precision.ofOrAuto("llm." + PRECISION, asked).orElseGet(precision);
  }

  private String names() {
    return String.join(", ", models.names());
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

  /** LLMs of the models folder on the shipped text. */
  private record FromHere(EvaluatorSource evaluators, ModelStore models, HiddenStateBounds kept)
      implements LentLlms.Source {
    @Override
    public EvaluatorSource.Loaded load(LentLlms.ModelInPrecision model) throws IOException {
      return evaluators.load(models, model.model(), model.precision());
    }

    @Override
    public SplitEvaluator evaluator(EvaluatorSource.Loaded model, LentLlms.Setting setting)
        throws IOException {
      return model.evaluator(
          Corpus.shipped(),
          setting.window(),
          model.room(setting.window()),
          setting.maxTokens(),
          Runtime.getRuntime().availableProcessors(),
          kept);
    }
  }

  /**
   * A surrogate, which answers only where it was fitted.
   *
   * @param answering what environments ask: the surrogate itself, or draws around it
   */
  private record Surrogate(SurrogateModel model, String fingerprint, PerplexityModel answering)
      implements Source {
    /**
     * Means stay what they are where draws around them are learned, and so does what tells them.
     */
    static Surrogate of(SurrogateModel model) {
      return new Surrogate(model, SurrogateFile.fingerprint(model), model);
    }

    @Override
    public Source sampled(int windows) {
      NoiseKind.requireWindows(NoiseKind.WINDOWS_PARAMETER, windows);
      return new Surrogate(
          model, SurrogateFile.fingerprintWithDraws(model), new SampledSurrogate(model, windows));
    }

    @Override
    public int layers() {
      return model.layers();
    }

    @Override
    public Channel channel() {
      return model.provenance().channel();
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
      return answering;
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

  /** A lent LLM with a channel. */
  private record Llm(
      LentLlms.Loan loan,
      MeasurementStore store,
      Channel channel,
      int noisePool,
      int sigmaLevels,
      int mLevels,
      Map<String, Object> parameters)
      implements Source {
    @Override
    public int layers() {
      return loan.evaluator().layers();
    }

    @Override
    public String fingerprint() {
      return loan.evaluator().setting().fingerprint();
    }

    @Override
    public PerplexityModel over(ChannelRanges states, SplitRange splits) {
      Require.inRange("splitRange", splits.max(), 1, layers() - 1);
      return new MeasuredPerplexityModel(
          loan.evaluator(),
          store,
          channel,
          new MeasuredOptions(noisePool, sigmaLevels, mLevels, states),
          Runtime.getRuntime().availableProcessors());
    }

    @Override
    public void close() {
      loan.close();
    }
  }
}
