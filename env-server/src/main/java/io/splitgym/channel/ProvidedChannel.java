package io.splitgym.channel;

import io.splitgym.extension.Installed;
import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import io.splitgym.transport.Payload;
import io.splitgym.validation.InvalidValueException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A channel that a {@link ChannelProvider} on the class path gives. Files and measurements tell it
 * by its name, its parameters and the fingerprint of the provider's code, so that what was measured
 * through one version is never taken for another's. It can be read where the provider isn't there,
 * or is another version; only sending through it is refused then.
 */
public final class ProvidedChannel implements Channel {
  /** Where a request has the parameters. */
  public static final String PARAMETERS = "parameters";

  /** The name of the provider's fingerprint among the parameters as text. */
  private static final String CODE = "provider-code";

  private static final String PATH = ChannelChoice.PARAMETERS + "." + PARAMETERS;
  private static final List<String> OWN = List.of(FadingAwgn.NAME, Erasure.NAME);

  private final String name;
  private final SortedMap<String, String> texts;
  private final Map<String, Object> settings;
  private final @Nullable ChannelFunction function;

  private ProvidedChannel(
      String name,
      SortedMap<String, String> texts,
      Map<String, Object> settings,
      @Nullable ChannelFunction function) {
    this.name = name;
    this.texts = Collections.unmodifiableSortedMap(texts);
    this.settings = settings;
    this.function = function;
  }

  /** The providers on the class path, as they are now. */
  public static Installed<ChannelProvider> providers() {
    return Installed.onClassPath(ChannelProvider.class, OWN);
  }

  /** All channels that can be asked for, SplitGym's own first. */
  public static List<String> names(Installed<ChannelProvider> providers) {
    return Stream.concat(OWN.stream(), providers.names().stream()).toList();
  }

  /**
   * The channel of that name.
   *
   * @param given the parameters that aren't to have their defaults, JSON values
   * @throws InvalidValueException naming {@code channel} if nobody provides it, or a parameter that
   *     isn't allowed
   */
  static ProvidedChannel of(
      Installed<ChannelProvider> providers, String name, Map<String, ?> given) {
    return of(providers, name, Parameters.of(PATH, parameters(providers, name), given));
  }

  /**
   * Parameters of the channel of that name as requests have them.
   *
   * @param texts the parameters as people write them
   * @throws InvalidValueException as {@link #of} does
   */
  static Map<String, Object> values(
      Installed<ChannelProvider> providers, String name, Map<String, String> texts) {
    return Parameters.ofTexts(PATH, parameters(providers, name), texts).asMap();
  }

  private static List<Parameter> parameters(Installed<ChannelProvider> providers, String name) {
    return provider(providers, name).parameters();
  }

  private static ChannelProvider provider(Installed<ChannelProvider> providers, String name) {
    return providers
        .find(name)
        .orElseThrow(
            () ->
                new InvalidValueException(
                    "channel", name, "one of " + String.join(", ", names(providers))));
  }

  private static ProvidedChannel of(
      Installed<ChannelProvider> providers, String name, Parameters parameters) {
    SortedMap<String, String> texts = parameters.asTexts();
    texts.put(CODE, providers.fingerprint(name));
    return new ProvidedChannel(
        name, texts, parameters.asMap(), provider(providers, name).channel(parameters));
  }

  /**
   * The channel that these {@link #parameters} tell of.
   *
   * @throws InvalidValueException if they are no provided channel's
   */
  static ProvidedChannel ofTexts(String name, Map<String, String> texts) {
    String code = texts.get(CODE);
    Installed<ChannelProvider> providers = providers();
    if (code == null) {
      throw new InvalidValueException(
          "channel", name, "one of " + String.join(", ", names(providers)));
    }
    SortedMap<String, String> given = new TreeMap<>(texts);
    given.remove(CODE);
    Optional<ChannelProvider> provider = providers.find(name);
    if (provider.isPresent() && providers.fingerprint(name).equals(code)) {
      return of(providers, name, Parameters.ofTexts(PATH, provider.get().parameters(), given));
    }
    return new ProvidedChannel(
        name, new TreeMap<>(texts), Collections.unmodifiableMap(new TreeMap<>(given)), null);
  }

  /** What tells the provider's code from every other one, see {@link Extensions#fingerprint}. */
  public String fingerprint() {
    return String.valueOf(texts.get(CODE));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SortedMap<String, String> parameters() {
    return texts;
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of(PARAMETERS, settings);
  }

  @Override
  public long transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    here().transmit(hidden, state, noise);
    return Payload.PLAIN.bits(hidden.tokens(), hidden.width());
  }

  @Override
  public boolean hasLevel() {
    return function == null || function.hasLevel();
  }

  @Override
  public long transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    here().transmitAtLevel(hidden, level, noise);
    return Payload.PLAIN.bits(hidden.tokens(), hidden.width());
  }

  @Override
  public boolean exactAtLevelZero() {
    return true;
  }

  @Override
  public double expectation(ChannelState state, DoubleUnaryOperator ofLevel) {
    return here().expectation(state, ofLevel);
  }

  private ChannelFunction here() {
    if (function == null) {
      throw new InvalidValueException(
          "channel", description(), "one whose provider, in that version, is on the class path");
    }
    return function;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProvidedChannel channel
        && name.equals(channel.name)
        && texts.equals(channel.texts);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + texts.hashCode();
  }

  @Override
  public String toString() {
    return description();
  }
}
