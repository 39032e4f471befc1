package io.splitgym.registry;

import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code SplitInference-v0}, on the surrogate or on the LLM itself. */
public final class SplitInferenceSpec implements EnvironmentSpec {
  public static final String ID = "SplitInference-v0";

  private static final String SURROGATE = "surrogate";
  private static final String LLM = "llm";
  private static final String CHANNEL = "channel";
  private static final List<String> CHANNELS = List.of(FadingAwgn.NAME, Erasure.NAME);

  private final PerplexityModels models;
  private final List<ParameterDescription> parameters;

  public SplitInferenceSpec(PerplexityModels models) {
    this.models = models;
    this.parameters = describe(models);
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String description() {
    return "Where to split an LLM between user equipment and edge over a wireless channel (Chen et"
        + " al., arXiv 2406.02616): layers 1..p run on the user equipment, and the hidden state"
        + " after layer p crosses the channel.";
  }

  @Override
  public List<Named> observation() {
    return List.of(
        new Named("sigma", "noise intensity of the channel"),
        new Named("m", "Nakagami shape of its fading; 1 is Rayleigh, larger is steadier"),
        new Named("p", "split point: the last layer on the user equipment"),
        new Named("stepsLeft", "only with observeStepsLeft: how many steps the episode still has"));
  }

  @Override
  public String action() {
    return "0 stays; 1 and 2 move the split by -1 and +1 layer, 3 and 4 by -2 and +2, and so on; a"
        + " move past an end goes as far as fits. Other moves, or an action for each split, can be"
        + " asked for.";
  }

  @Override
  public List<Named> backends() {
    return List.of(
        new Named(SURROGATE, "a small network fitted to measurements of the LLM; microseconds"),
        new Named(LLM, "the LLM itself, evaluated at each step; seconds"));
  }

  @Override
  public Set<String> slowBackends() {
    return Set.of(LLM);
  }

  @Override
  public List<NamedValues> presets() {
    return Arrays.stream(Preset.values())
        .map(
            preset -> {
              Map<String, Object> values = new LinkedHashMap<>();
              values.put(CHANNEL, preset.channel());
              values.putAll(preset.settings());
              return new NamedValues(preset.id(), preset.meaning(), values);
            })
        .toList();
  }

  @Override
  public List<ParameterDescription> parameters() {
    return parameters;
  }

  @Override
  public List<ParameterDescription> options() {
    String drawn = "drawn uniformly";
    return List.of(
        new ParameterDescription(
            "sigma",
            "number",
            drawn,
            "within the observation space",
            "The noise intensity that the episode starts with."),
        new ParameterDescription(
            "m",
            "number",
            drawn,
            "within the observation space",
            "The Nakagami shape that the episode starts with."),
        new ParameterDescription(
            "p",
            "integer",
            drawn,
            "within the observation space",
            "The split point that the episode starts with."));
  }

  @Override
  public CreatedEnvironment create(CheckedRequest request) {
    Made made = make(request);
    // "environment" is what a seeded reset uses too: seeding at creation and then resetting without
    // a seed is resetting with that seed.
    RandomStream unseeded = RandomStream.ofSeed(request.seed()).named("environment");
    return request.created(
        new SplitInferenceEnvironment(made.model(), request.backend(), made.chosen(), unseeded),
        made.all());
  }

  @Override
  public CreatedVector createVector(CheckedRequest request, int count, AutoresetMode autoreset) {
    Made made = make(request);
    return request.created(
        new SplitInferenceVector(
            made.model(), request.backend(), made.chosen(), count, autoreset, request.seed()),
        made.all());
  }

  @Override
  public MeanPerplexityModel predictor(CheckedRequest request) {
    if (make(request).model() instanceof MeanPerplexityModel predicting) {
      return predicting;
    }
    throw new InvalidValueException("backend", request.backend(), "one that can predict");
  }

  /** What environments are made of. */
  private record Made(
      PerplexityModel model, SplitInferenceParameters chosen, Map<String, Object> all) {}

  private Made make(CheckedRequest request) {
    Preset preset = Preset.ofId(request.preset());
    Map<String, Object> given = new LinkedHashMap<>(request.parameters());
    Object asked = given.remove(CHANNEL);
    String channel = asked == null ? preset.channel() : String.valueOf(asked);
    if (!CHANNELS.contains(channel)) {
      throw new InvalidValueException(CHANNEL, channel, "one of " + String.join(", ", CHANNELS));
    }
    Map<String, Object> ofLlm = object(given.remove(LLM));
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(CHANNEL, channel);

    boolean onLlm = request.backend().equals(LLM);
    if (!onLlm && !ofLlm.isEmpty()) {
      throw new InvalidValueException(LLM, ofLlm, "left out unless backend is " + LLM);
    }
    PerplexityModels.Source source = onLlm ? models.llm(channel, ofLlm) : models.surrogate(channel);
    SplitInferenceParameters chosen = SplitInferenceParameters.from(preset, given, source.layers());
    PerplexityModel model =
        source.over(chosen.dynamics().reachable(chosen.ranges()), chosen.splits());
    all.putAll(chosen.settings());
    if (onLlm) {
      all.put(LLM, source.parameters());
    }
    return new Made(model, chosen, all);
  }

  private static List<ParameterDescription> describe(PerplexityModels models) {
    List<ParameterDescription> all = new ArrayList<>();
    all.add(
        new ParameterDescription(
            CHANNEL,
            "string",
            Preset.DEFAULT.channel(),
            "one of " + String.join(", ", CHANNELS),
            "What happens to the hidden state on its way."));
    all.addAll(SplitInferenceParameters.descriptions(Preset.DEFAULT));
    all.add(
        new ParameterDescription(
            LLM,
            "object",
            Map.of(),
            "an object, with backend llm only",
            "Which LLM evaluates a step, and how."));
    all.addAll(models.llmParameters());
    return List.copyOf(all);
  }

  @SuppressWarnings("unchecked") // a request's objects have texts as keys
  private static Map<String, Object> object(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }
}
