package io.splitgym.channel;

import io.splitgym.extension.Installed;
import io.splitgym.validation.InvalidValueException;
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
 * @param transport codec and protection of both, packets and concealment of erasure
 * @param provided of a provided channel, by name, JSON values
 * @param resolved the provided channel with all of its parameters; null of SplitGym's own
 */
public record ChannelChoice(
    String name,
    @Nullable Double noiseUnit,
    @Nullable Integer blockTokens,
    @Nullable Boolean equalised,
    TransportChoice transport,
    Map<String, Object> provided,
    @Nullable ProvidedChannel resolved) {
  /** More would overflow float32 in a decoder's squares. */
  public static final int GREATEST_NOISE_UNIT = 1_000_000;

  /** What a noise unit may be, in words. */
  public static final String NOISE_UNIT_ALLOWED = "in (0, " + GREATEST_NOISE_UNIT + "]";

  /** Where a request has the parameters. */
  public static final String PARAMETERS = "channelParameters";

  private static final String NOISE_UNIT = "noiseUnit";
  private static final String BLOCK_TOKENS = "blockTokens";
  private static final String EQUALISED = "equalised";

  public ChannelChoice {
    provided = Collections.unmodifiableMap(new LinkedHashMap<>(provided));
    if (noiseUnit != null && !(noiseUnit > 0 && noiseUnit <= GREATEST_NOISE_UNIT)) {
      throw new InvalidValueException(path(NOISE_UNIT), noiseUnit, NOISE_UNIT_ALLOWED);
    }
    if (blockTokens != null && blockTokens < 0) {
      throw new InvalidValueException(
          path(BLOCK_TOKENS), blockTokens, FadingAwgn.BLOCK_TOKENS_ALLOWED);
    }
    if ((resolved == null) != isOwn(name)) {
      throw new IllegalArgumentException(name + " is resolved as " + resolved);
    }
    if (resolved == null && !provided.isEmpty()) {
      throw new InvalidValueException(
          path(ProvidedChannel.PARAMETERS), provided, "left out: " + name + " has no such ones");
    }
    if (resolved != null) {
      transport.given().forEach(ChannelChoice::refuseForProvided);
    } else if (!name.equals(Erasure.NAME)) {
      transport
          .ofErasure()
          .forEach((parameter, value) -> requireAbsent(parameter, value, Erasure.NAME));
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
      TransportChoice transport,
      Map<String, Object> given,
      Supplier<Installed<ChannelProvider>> providers) {
    this(
        name,
        noiseUnit,
        blockTokens,
        equalised,
        transport,
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

  /**
   * A channel of SplitGym's own, or one that somebody provides with its usual parameters; it sends
   * the hidden state as it is.
   */
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
        TransportChoice.ofElements(packetElements),
        Map.of(),
        ProvidedChannel::providers);
  }

  /**
   * This channel, what was left open as usual: fading constant over a window, equalised; single
   * elements lost and zero; elements sent as they are.
   *
   * @param modelsNoiseUnit asked only where it is needed
   */
  public Channel channel(DoubleSupplier modelsNoiseUnit) {
    if (name.equals(Erasure.NAME)) {
      return new Erasure(transport.packets(), transport.whereLost(), transport.payload());
    }
    if (resolved != null) {
      return resolved;
    }
    return new FadingAwgn(
        noiseUnit != null ? noiseUnit : modelsNoiseUnit.getAsDouble(),
        blockTokens != null ? blockTokens : FadingAwgn.WHOLE_WINDOW,
        equalised == null || equalised,
        transport.payload());
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
    Map<String, Object> known = fitted.settings();
    given().forEach((parameter, asked) -> requireSame(parameter, asked, known.get(parameter)));
  }

  private static void requireSame(
      String parameter, @Nullable Object asked, @Nullable Object fitted) {
    if (!Objects.equals(asked, fitted)) {
      throw new InvalidValueException(
          path(parameter),
          asked,
          (fitted == null ? "left out" : fitted)
              + ", which the surrogate was fitted to; backend llm takes others");
    }
  }

  /** The parameters that aren't left open, by name. */
  private Map<String, Object> given() {
    Map<String, Object> given = new LinkedHashMap<>();
    if (noiseUnit != null) {
      given.put(NOISE_UNIT, noiseUnit);
    }
    if (blockTokens != null) {
      given.put(BLOCK_TOKENS, blockTokens);
    }
    if (equalised != null) {
      given.put(EQUALISED, equalised);
    }
    given.putAll(transport.given());
    return given;
  }

  private static void refuseForProvided(String parameter, Object value) {
    throw new InvalidValueException(
        path(parameter),
        value,
        "left out: only " + FadingAwgn.NAME + " and " + Erasure.NAME + " have it");
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
