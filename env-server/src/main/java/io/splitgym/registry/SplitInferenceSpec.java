package io.splitgym.registry;

import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelProvider;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.ProvidedChannel;
import io.splitgym.channel.TransportChoice;
import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitInferenceVector;
import io.splitgym.extension.Extensions;
import io.splitgym.extension.Installed;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.reward.ProvidedReward;
import io.splitgym.reward.RewardProvider;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code SplitInference-v0}, on the surrogate or on the LLM itself. */
public final class SplitInferenceSpec implements EnvironmentSpec {
  public static final String ID = "SplitInference-v0";

  private static final String SURROGATE = "surrogate";
  private static final String LLM = "llm";
  private static final String CHANNEL = "channel";
  private static final String NOISE_UNIT = "noiseUnit";
  private static final String BLOCK_TOKENS = "blockTokens";
  private static final String EQUALISED = "equalised";

  private final PerplexityModels models;
  private final Installed<RewardProvider> rewards;
  private final Installed<ChannelProvider> channels;
  private final List<ParameterDescription> parameters;

  /** With the rewards and channels that the class path has now. */
  public SplitInferenceSpec(PerplexityModels models) {
    this.models = models;
    this.rewards = ProvidedReward.providers();
    this.channels = ProvidedChannel.providers();
    this.parameters = describe();
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
  public LlmUse llmUse() {
    return models.llmUse();
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
            "in sigmaRange, or where the dynamics lead from there",
            "The noise intensity that the episode starts with."),
        new ParameterDescription(
            "m",
            "number",
            drawn,
            "in mRange, or where the dynamics lead from there",
            "The Nakagami shape that the episode starts with."),
        new ParameterDescription(
            "p",
            "integer",
            drawn,
            "an integer in splitRange",
            "The split point that the episode starts with."));
  }

  @Override
  public CreatedEnvironment create(CheckedRequest request) {
    // "environment" is what a seeded reset uses too: seeding at creation and then resetting without
    // a seed is resetting with that seed.
    RandomStream unseeded = RandomStream.ofSeed(request.seed()).named("environment");
    return make(
        request,
        parts ->
            request.created(
                new SplitInferenceEnvironment(
                    parts.model(),
                    request.backend(),
                    parts.chosen(),
                    unseeded,
                    parts.source()::close),
                parts.fingerprint(),
                parts.all()));
  }

  @Override
  public CreatedVector createVector(CheckedRequest request, int count, AutoresetMode autoreset) {
    return make(
        request,
        parts ->
            request.created(
                new SplitInferenceVector(
                    parts.model(),
                    request.backend(),
                    parts.chosen(),
                    count,
                    autoreset,
                    request.seed(),
                    parts.source()::close),
                parts.fingerprint(),
                parts.all()));
  }

  @Override
  public <T> T predict(CheckedRequest request, Function<MeanPerplexityModel, T> ask) {
    return make(
        request,
        parts -> {
          if (!(parts.model() instanceof MeanPerplexityModel predicting)) {
            throw new InvalidValueException("backend", request.backend(), "one that can predict");
          }
          T answer = ask.apply(predicting);
          parts.source().close();
          return answer;
        });
  }

  /** What environments are made of; whoever is made of it closes the source. */
  private record Parts(
      PerplexityModel model,
      SplitInferenceParameters chosen,
      Map<String, Object> all,
      PerplexityModels.Source source) {
    /** The model's, and that of the code that somebody else provided, if any did. */
    String fingerprint() {
      List<String> all = new ArrayList<>(List.of(source.fingerprint()));
      if (chosen.reward() instanceof ProvidedReward reward) {
        all.add("reward " + reward.fingerprint());
      }
      if (source.channel() instanceof ProvidedChannel channel) {
        all.add("channel " + channel.fingerprint());
      }
      return all.size() == 1 ? all.get(0) : Extensions.fingerprintOf(String.join("\n", all));
    }
  }

  /**
   * What steps are answered with.
   *
   * @param windows of the text that a surrogate's draws are over; null where they are the LLM's own
   *     or there are none
   */
  private record Noise(NoiseKind kind, @Nullable Integer windows) {
    static Noise of(@Nullable Object asked, @Nullable Object windows, boolean onLlm) {
      NoiseKind kind = onLlm ? NoiseKind.SAMPLED : NoiseKind.MEAN;
      if (asked != null) {
        String text = (String) asked;
        if (onLlm && !text.equals(kind.id())) {
          throw new InvalidValueException(
              NoiseKind.PARAMETER,
              text,
              kind.id() + ": each step on backend " + LLM + " is one draw");
        }
        kind = NoiseKind.ofId(NoiseKind.PARAMETER, text);
      }
      boolean drawn = !onLlm && kind == NoiseKind.SAMPLED;
      if (windows != null && !drawn) {
        throw new InvalidValueException(
            NoiseKind.WINDOWS_PARAMETER,
            windows,
            onLlm
                ? "left out: llm.maxTokens and llm.window say how long the text is"
                : "left out unless noise is " + NoiseKind.SAMPLED.id());
      }
      return new Noise(
          kind,
          drawn
              ? (Integer) integer(NoiseKind.WINDOWS_PARAMETER, windows, NoiseKind.DEFAULT_WINDOWS)
              : null);
    }

    PerplexityModels.Source of(PerplexityModels.Source surrogate) {
      return windows == null ? surrogate : surrogate.sampled(windows);
    }

    Map<String, Object> settings() {
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put(NoiseKind.PARAMETER, kind.id());
      if (windows != null) {
        settings.put(NoiseKind.WINDOWS_PARAMETER, windows);
      }
      return settings;
    }
  }

  private <T> T make(CheckedRequest request, Function<Parts, T> maker) {
    Preset preset = Preset.ofId(request.preset());
    Map<String, Object> given = new LinkedHashMap<>(request.parameters());
    Object asked = given.remove(CHANNEL);
    ChannelChoice channel =
        channel(
            asked == null ? preset.channel() : String.valueOf(asked),
            object(given.remove(ChannelChoice.PARAMETERS)));
    Map<String, Object> ofLlm = object(given.remove(LLM));
    Map<String, Object> all = new LinkedHashMap<>();

    boolean onLlm = request.backend().equals(LLM);
    if (!onLlm && !ofLlm.isEmpty()) {
      throw new InvalidValueException(LLM, ofLlm, "left out unless backend is " + LLM);
    }
    Noise noise =
        Noise.of(
            given.remove(NoiseKind.PARAMETER), given.remove(NoiseKind.WINDOWS_PARAMETER), onLlm);
    PerplexityModels.Source source =
        onLlm ? models.llm(channel, ofLlm) : noise.of(models.surrogate(channel));
    try {
      SplitInferenceParameters chosen =
          SplitInferenceParameters.from(preset, given, source.layers(), () -> rewards);
      PerplexityModel model =
          source.over(chosen.dynamics().reachable(chosen.ranges()), chosen.splits());
      all.put(CHANNEL, channel.name());
      all.put(ChannelChoice.PARAMETERS, source.channel().settings());
      all.putAll(chosen.settings());
      all.putAll(noise.settings());
      if (onLlm) {
        all.put(LLM, source.parameters());
      }
      return maker.apply(new Parts(model, chosen, all, source));
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private List<ParameterDescription> describe() {
    List<ParameterDescription> all = new ArrayList<>();
    all.add(
        new ParameterDescription(
            CHANNEL,
            "string",
            Preset.DEFAULT.channel(),
            "one of " + String.join(", ", ProvidedChannel.names(channels)),
            ("What happens to the hidden state on its way. " + Extensions.described(channels.all()))
                .strip()));
    all.add(
        new ParameterDescription(
            ChannelChoice.PARAMETERS,
            "object",
            Map.of(),
            "an object with that channel's parameters",
            "What the channel is like; backend surrogate takes what it was fitted to."));
    all.add(
        channelParameter(
            NOISE_UNIT,
            "number",
            "4 times the root mean square of the model's hidden state after layer 1",
            ChannelChoice.NOISE_UNIT_ALLOWED,
            "Of fading-awgn: the noise's standard deviation at sigma = 1."));
    all.add(
        channelParameter(
            BLOCK_TOKENS,
            "integer",
            FadingAwgn.WHOLE_WINDOW,
            FadingAwgn.BLOCK_TOKENS_ALLOWED,
            "Of fading-awgn: how many consecutive tokens share one fading amplitude."));
    all.add(
        channelParameter(
            EQUALISED,
            "boolean",
            true,
            "true or false",
            "Of fading-awgn: whether the receiver divides by the fading amplitude, which it"
                + " knows."));
    all.add(
        channelParameter(
            TransportChoice.PACKET_ELEMENTS,
            "integer",
            1,
            "at least 1",
            "Of erasure: how many consecutive elements of the hidden state are lost together."));
    all.add(
        channelParameter(
            TransportChoice.PACKET_BYTES,
            "integer",
            0,
            Packets.OfBytes.ALLOWED,
            "Of erasure: a packet's size in bytes; as many elements as fit into it are lost"
                + " together."));
    all.add(
        channelParameter(
            TransportChoice.CONCEALMENT,
            "string",
            Concealment.ZERO.id(),
            Concealment.ids(),
            "Of erasure: what is put in place of a lost packet: zeros, or each element's value when it"
                + " last arrived, protected ones too."));
    all.add(
        channelParameter(
            TransportChoice.CODEC,
            "string",
            Codec.F32.id(),
            "one of " + Codec.ids(),
            "How an element is sent; int8 and int4 with a scale for each token. With fading-awgn the"
                + " decoded value is what noise is added to."));
    all.add(
        channelParameter(
            TransportChoice.PROTECT_GREATEST,
            "integer",
            0,
            Protection.Greatest.ALLOWED,
            "How many elements of each token, those of the greatest magnitude, are sent reliably."));
    all.add(
        channelParameter(
            TransportChoice.PROTECT_ABOVE,
            "number",
            0.0,
            Protection.Above.ALLOWED,
            "Elements of more than so many times their token's median magnitude are sent reliably."));
    all.add(
        channelParameter(
            ProvidedChannel.PARAMETERS,
            "named values",
            Map.of(),
            "an object of that channel's parameters",
            "Of a channel that isn't SplitGym's own: its parameters."));
    all.addAll(SplitInferenceParameters.descriptions(Preset.DEFAULT, rewards));
    all.add(
        new ParameterDescription(
            NoiseKind.PARAMETER,
            "string",
            NoiseKind.MEAN.id(),
            NoiseKind.ids() + "; with backend " + LLM + " always " + NoiseKind.SAMPLED.id(),
            NoiseKind.MEAN.id()
                + ": the surrogate answers with the mean over fading and noise; "
                + NoiseKind.SAMPLED.id()
                + ": with the mean and one draw around it, as a step on the LLM is."));
    all.add(
        new ParameterDescription(
            NoiseKind.WINDOWS_PARAMETER,
            "integer",
            NoiseKind.DEFAULT_WINDOWS,
            "in [1, "
                + NoiseKind.MOST_WINDOWS
                + "], with noise "
                + NoiseKind.SAMPLED.id()
                + " on backend "
                + SURROGATE
                + " only",
            "Windows of the text that a draw is over: its spread goes as one over the square root"
                + " of their number. A step on the LLM has "
                + NoiseKind.DEFAULT_WINDOWS
                + " unless llm.maxTokens or llm.window say otherwise."));
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

  private static ParameterDescription channelParameter(
      String name, String type, Object absent, String allowed, String meaning) {
    return new ParameterDescription(
        ChannelChoice.PARAMETERS + "." + name, type, absent, allowed, meaning);
  }

  /**
   * @param given of the types promised in {@link #parameters}
   */
  private ChannelChoice channel(String name, Map<String, Object> given) {
    Object unit = given.get(NOISE_UNIT);
    return new ChannelChoice(
        name,
        unit == null ? null : Values.number(ChannelChoice.PARAMETERS + "." + NOISE_UNIT, unit),
        integer(given, BLOCK_TOKENS),
        (Boolean) given.get(EQUALISED),
        transport(given),
        object(given.get(ProvidedChannel.PARAMETERS)),
        () -> channels);
  }

  private static TransportChoice transport(Map<String, Object> given) {
    Object above = given.get(TransportChoice.PROTECT_ABOVE);
    return new TransportChoice(
        (String) given.get(TransportChoice.CODEC),
        integer(given, TransportChoice.PACKET_ELEMENTS),
        integer(given, TransportChoice.PACKET_BYTES),
        (String) given.get(TransportChoice.CONCEALMENT),
        integer(given, TransportChoice.PROTECT_GREATEST),
        above == null
            ? null
            : Values.number(ChannelChoice.PARAMETERS + "." + TransportChoice.PROTECT_ABOVE, above));
  }

  private static @Nullable Integer integer(Map<String, Object> given, String name) {
    Object value = given.get(name);
    return value == null
        ? null
        : (Integer) integer(ChannelChoice.PARAMETERS + "." + name, value, 0);
  }

  private static int integer(String path, @Nullable Object value, int absent) {
    if (value == null) {
      return absent;
    }
    long number = Values.integer(path, value);
    if (number != (int) number) {
      throw new InvalidValueException(path, value, "at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  @SuppressWarnings("unchecked") // a request's objects have texts as keys
  private static Map<String, Object> object(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }
}
