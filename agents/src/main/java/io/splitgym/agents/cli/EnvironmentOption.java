package io.splitgym.agents.cli;

import io.splitgym.agents.optimal.MeasuredGrid;
import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.cli.ChannelParametersOption;
import io.splitgym.cli.CommandFailedException;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.SurrogatesOption;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.BackendUnavailableException;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which environment: the mixin of every command in which an agent acts. */
final class EnvironmentOption {
  static final String SURROGATE = "surrogate";
  static final String LLM = "llm";
  static final String MEASUREMENTS = "measurements";

  @Option(
      names = "--preset",
      paramLabel = "ID",
      defaultValue = "default",
      description = "default, reference, L, H, A or varying (default: ${DEFAULT-VALUE}).")
  private String preset = "default";

  @Option(
      names = "--actions",
      paramLabel = "N",
      defaultValue = "5",
      description = "3, 5, 7 or 9 (default: ${DEFAULT-VALUE}).")
  private int actions = 5;

  @Option(
      names = "--channel",
      paramLabel = "NAME",
      description =
          "fading-awgn, erasure or one of your own on the class path (default: the one that the"
              + " preset is meant for).")
  private @Nullable String channel;

  @Mixin private final ChannelParametersOption channelParameters = new ChannelParametersOption();

  @Mixin private final RulesOption rules = new RulesOption();

  @Mixin private final SurrogatesOption surrogates = new SurrogatesOption();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = SURROGATE,
      description = "What answers the steps: surrogate or llm (default: ${DEFAULT-VALUE}).")
  private String backend = SURROGATE;

  @Option(
      names = "--noise",
      paramLabel = "KIND",
      description =
          "On the surrogate: mean, or sampled, which answers like one draw of the LLM over a text of"
              + (" " + NoiseKind.DEFAULT_WINDOWS)
              + " windows. Plans are made on the mean (default: ${DEFAULT-VALUE}).")
  private String noise = NoiseKind.MEAN.id();

  /**
   * An environment and what answers its steps.
   *
   * @param channel with every parameter
   * @param fingerprint tells the model from every other one: SHA-256, in hexadecimal
   */
  record Ground(
      Channel channel,
      PerplexityModel model,
      String fingerprint,
      SplitInferenceEnvironment environment) {
    SplitInferenceParameters parameters() {
      return environment.parameters();
    }

    /** One more environment like it. */
    SplitInferenceEnvironment another() {
      return EnvironmentOption.environment(model, environment.backend(), parameters());
    }
  }

  String preset() {
    return preset;
  }

  int actions() {
    return actions;
  }

  String backend() {
    return backend;
  }

  boolean onSurrogate() {
    return backend.equals(SURROGATE);
  }

  /** Whether steps are answered with the surrogate's mean, over which plans are made. */
  boolean onMean() {
    return onSurrogate() && noise.equals(NoiseKind.MEAN.id());
  }

  /**
   * The surrogates that were given.
   *
   * @throws InvalidValueException if one can't be read, or is for another channel
   */
  List<SurrogateModel> fitted() {
    return surrogates.readFor(Set.of(channelChoice().name()));
  }

  /**
   * Refuses surrogates where none is asked.
   *
   * @param where it is so, such as {@code "with --measurements"}
   */
  void requireNoSurrogates(String where) {
    surrogates.requireNone(where);
  }

  /** The channel that was asked for, or the preset's. */
  ChannelChoice channelChoice() {
    return channelParameters.of(channel());
  }

  private String channel() {
    return channel != null ? channel : Preset.ofId(preset).channel();
  }

  /**
   * The environment on the chosen backend.
   *
   * @param llm what the backend llm is told, if it is that one
   */
  Ground chosen(PerplexityModels models, Map<String, Object> llm) {
    NoiseKind kind = NoiseKind.ofId("--noise", noise);
    if (kind == NoiseKind.SAMPLED && !onSurrogate()) {
      throw new InvalidValueException("--noise", noise, "left out with --backend llm");
    }
    return on(backend, kind, channelChoice(), preset, rules.overrides(actions), models, llm);
  }

  /**
   * The environment on the LLM, whatever was chosen.
   *
   * @param llm what the backend is told
   */
  Ground onLlm(PerplexityModels models, Map<String, Object> llm) {
    return on(LLM, NoiseKind.MEAN, channelChoice(), preset, rules.overrides(actions), models, llm);
  }

  /**
   * The environment to plan in for who acts in that one.
   *
   * @throws InvalidValueException if the surrogate is of another model, as its layers tell
   */
  Ground forPlanning(Ground acting, PerplexityModels models) {
    Ground planning = forPlanning(models);
    requireOfOneModel(planning, acting);
    return planning;
  }

  /**
   * Refuses a surrogate of another model than the one that answers, as far as their layers tell.
   */
  static void requireOfOneModel(Ground planning, Ground acting) {
    int layers = acting.model().layers();
    if (planning.model().layers() != layers) {
      throw new InvalidValueException(
          "--surrogate",
          "of a model with " + planning.model().layers() + " layers",
          "of the LLM, which has " + layers + "; where none is given it is SmolLM2's");
    }
  }

  /**
   * The environment to plan in, on the surrogate. Its channel is the one that the surrogate was
   * fitted to, which need not be all that was asked of the LLM's.
   */
  Ground forPlanning(PerplexityModels models) {
    return onSurrogate(preset, rules.overrides(actions), channel(), models);
  }

  /**
   * The environment over measurements of the LLM.
   *
   * @param file a CSV of measurements over levels
   */
  Ground measured(Path file) {
    Measurements measurements = GivenFile.measurements("--measurements", file).overLevels();
    if (!measurements.channel().name().equals(channel())) {
      throw new InvalidValueException(
          "--measurements", file, "of the channel " + channel() + "; see --channel");
    }
    MeasuredGrid model = new MeasuredGrid(new LevelTable(measurements));
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.ofId(preset), rules.overrides(actions), model.layers());
    return new Ground(
        measurements.channel(),
        model,
        MeasurementCsv.hash(measurements),
        environment(model, MEASUREMENTS, parameters));
  }

  /**
   * The environment of a preset on the surrogate.
   *
   * @param overrides what is to differ from the preset
   */
  static Ground onSurrogate(
      String preset,
      Map<String, Object> overrides,
      @Nullable String channel,
      PerplexityModels models) {
    String name = channel != null ? channel : Preset.ofId(preset).channel();
    return on(
        SURROGATE, NoiseKind.MEAN, ChannelChoice.of(name), preset, overrides, models, Map.of());
  }

  private static Ground on(
      String on,
      NoiseKind noise,
      ChannelChoice choice,
      String preset,
      Map<String, Object> overrides,
      PerplexityModels models,
      Map<String, Object> llm) {
    try {
      PerplexityModels.Source source =
          switch (on) {
            case SURROGATE ->
                switch (noise) {
                  case MEAN -> models.surrogate(choice);
                  case SAMPLED -> models.surrogate(choice).sampled(NoiseKind.DEFAULT_WINDOWS);
                };
            case LLM -> models.llm(choice, llm);
            default -> throw new InvalidValueException("--backend", on, SURROGATE + " or " + LLM);
          };
      SplitInferenceParameters parameters =
          SplitInferenceParameters.from(Preset.ofId(preset), overrides, source.layers());
      PerplexityModel model =
          source.over(parameters.dynamics().reachable(parameters.ranges()), parameters.splits());
      return new Ground(
          source.channel(), model, source.fingerprint(), environment(model, on, parameters));
    } catch (BackendUnavailableException e) {
      throw new CommandFailedException(e.getMessage() + "; run: " + e.command(), e);
    }
  }

  private static SplitInferenceEnvironment environment(
      PerplexityModel model, String backend, SplitInferenceParameters parameters) {
    // whoever is given it resets it with a seed first
    return new SplitInferenceEnvironment(model, backend, parameters, RandomStream.ofSeed(0));
  }
}
