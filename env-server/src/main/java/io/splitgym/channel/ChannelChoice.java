package io.splitgym.channel;

import io.splitgym.extension.Installed;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel as somebody asks for it: its name, and those of its parameters that matter to them. The
 * others are left to who provides the channel: an LLM takes the usual ones, a surrogate has those
 * that it was fitted to. Refusals name a parameter as requests do, {@code channelParameters.NAME}.
 *
 * @param name {@link FadingAwgn#NAME}, {@link Erasure#NAME} or that of a {@link ChannelProvider}
 * @param noiseUnit of fading-awgn, in (0, {@value #GREATEST_NOISE_UNIT}]
 * @param blockTokens of fading-awgn, 0 for a whole window
 * @param equalised of fading-awgn
 * @param packetElements of erasure, at least 1
 * @param provided of a provided channel, by name, JSON values
 * @param resolved the provided channel with all of its parameters; null of SplitGym's own
 */
public record ChannelChoice(
    String name,
    @Nullable Double noiseUnit,
    @Nullable Integer blockTokens,
    @Nullable Boolean equalised,
    @Nullable Integer packetElements,
    Map<String, Object> provided,
    @Nullable ProvidedChannel resolved) {
  /** More would overflow float32 in a decoder's squares. */
  public static final double GREATEST_NOISE_UNIT = 1_000_000;

  /** Where a request has the parameters. */
  public static final String PARAMETERS = "channelParameters";

  private static final String NOISE_UNIT = "noiseUnit";
  private static final String BLOCK_TOKENS = "blockTokens";
  private static final String EQUALISED = "equalised";
  private static final String PACKET_ELEMENTS = "packetElements";

  public ChannelChoice {
    provided = Collections.unmodifiableMap(new LinkedHashMap<>(provided));
    if (noiseUnit != null && !(noiseUnit > 0 && noiseUnit <= GREATEST_NOISE_UNIT)) {
      throw new InvalidValueException(path(NOISE_UNIT), noiseUnit, "in (0, 1000000]");
    }
    if (blockTokens != null && blockTokens < 0) {
      throw new InvalidValueException(
          path(BLOCK_TOKENS), blockTokens, "0 (a whole window) or more");
    }
    if (packetElements != null) {
      Require.positive(path(PACKET_ELEMENTS), packetElements);
    }
    if ((resolved == null) != isOwn(name)) {
      throw new IllegalArgumentException(name + " is resolved as " + resolved);
    }
    if (resolved == null && !provided.isEmpty()) {
      throw new InvalidValueException(
          path(ProvidedChannel.PARAMETERS), provided, "left out: " + name + " has no such ones");
    }
    if (!name.equals(Erasure.NAME)) {
      requireAbsent(PACKET_ELEMENTS, packetElements, Erasure.NAME);
    }
    if (!name.equals(FadingAwgn.NAME)) {
      requireAbsent(NOISE_UNIT, noiseUnit, FadingAwgn.NAME);
      requireAbsent(BLOCK_TOKENS, blockTokens, FadingAwgn.NAME);
      requireAbsent(EQUALISED, equalised, FadingAwgn.NAME);
    }
  }

  /** That channel, every parameter left to who provides it. */
  public static ChannelChoice of(String name) {
    return new ChannelChoice(name, null, null, null, null);
  }

  /**
   * A channel of SplitGym's own, or one that somebody provides.
   *
   * @param given of a provided channel, by name, JSON values
   * @param providers asked for only where it isn't SplitGym's own
   * @throws InvalidValueException if nobody provides it, or a parameter isn't allowed
   */
  public ChannelChoice(
      String name,
      @Nullable Double noiseUnit,
      @Nullable Integer blockTokens,
      @Nullable Boolean equalised,
      @Nullable Integer packetElements,
      Map<String, Object> given,
      Supplier<Installed<ChannelProvider>> providers) {
    this(
        name,
        noiseUnit,
        blockTokens,
        equalised,
        packetElements,
        given,
        isOwn(name) ? null : ProvidedChannel.of(providers.get(), name, given));
  }

  /**
   * What a provided channel's parameters are as JSON values.
   *
   * @param texts the parameters as people write them
   * @throws InvalidValueException if nobody provides the channel, or a parameter isn't allowed
   */
  public static Map<String, Object> providedOfTexts(String name, Map<String, String> texts) {
    return isOwn(name)
        ? Map.copyOf(texts)
        : ProvidedChannel.values(ProvidedChannel.providers(), name, texts);
  }

  private static boolean isOwn(String name) {
    return name.equals(FadingAwgn.NAME) || name.equals(Erasure.NAME);
  }

  /** A channel of SplitGym's own, or one that somebody provides with its usual parameters. */
  public ChannelChoice(
      String name,
      @Nullable Double noiseUnit,
      @Nullable Integer blockTokens,
      @Nullable Boolean equalised,
      @Nullable Integer packetElements) {
    this(
        name,
        noiseUnit,
        blockTokens,
        equalised,
        packetElements,
        Map.of(),
        ProvidedChannel::providers);
  }

  /**
   * This channel, what was left open as usual: fading constant over a window, equalised; single
   * elements lost.
   *
   * @param modelsNoiseUnit asked only where it is needed
   */
  public Channel channel(DoubleSupplier modelsNoiseUnit) {
    if (name.equals(Erasure.NAME)) {
      return new Erasure(packetElements != null ? packetElements : 1);
    }
    if (resolved != null) {
      return resolved;
    }
    return new FadingAwgn(
        noiseUnit != null ? noiseUnit : modelsNoiseUnit.getAsDouble(),
        blockTokens != null ? blockTokens : FadingAwgn.WHOLE_WINDOW,
        equalised == null || equalised);
  }

  /**
   * Refuses a surrogate's channel that isn't what was asked for.
   *
   * @param fitted the channel that the surrogate was fitted to
   * @throws InvalidValueException naming the first parameter that differs
   */
  public void requireIs(Channel fitted) {
    if (!fitted.name().equals(name)) {
      throw new InvalidValueException("channel", name, fitted.name());
    }
    if (resolved != null) {
      Map<String, String> asked = resolved.parameters();
      provided
          .keySet()
          .forEach(
              parameter ->
                  requireSame(
                      ProvidedChannel.PARAMETERS + "." + parameter,
                      asked.get(parameter),
                      fitted.parameters().get(parameter)));
      return;
    }
    fitted
        .settings()
        .forEach(
            (parameter, value) -> {
              @Nullable Object asked = asked(parameter);
              if (asked != null) {
                requireSame(parameter, asked, value);
              }
            });
  }

  private static void requireSame(
      String parameter, @Nullable Object asked, @Nullable Object fitted) {
    if (!Objects.equals(asked, fitted)) {
      throw new InvalidValueException(
          path(parameter),
          asked,
          fitted + ", which the surrogate was fitted to; backend llm takes others");
    }
  }

  private @Nullable Object asked(String parameter) {
    return switch (parameter) {
      case NOISE_UNIT -> noiseUnit;
      case BLOCK_TOKENS -> blockTokens;
      case EQUALISED -> equalised;
      case PACKET_ELEMENTS -> packetElements;
      default -> throw new IllegalArgumentException("no channel has the parameter " + parameter);
    };
  }

  private static void requireAbsent(String parameter, @Nullable Object value, String of) {
    if (value != null) {
      throw new InvalidValueException(path(parameter), value, "left out: only " + of + " has it");
    }
  }

  private static String path(String parameter) {
    return PARAMETERS + "." + parameter;
  }
}
