package io.splitgym.channel;

import io.splitgym.extension.Extensions;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
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

  /** The providers on the class path, in the order of their names. */
  public static List<ChannelProvider> providers() {
    return Extensions.all(ChannelProvider.class, OWN);
  }

  /** All channels that can be asked for, SplitGym's own first. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(OWN);
    providers().forEach(provider -> names.add(provider.name()));
    return names;
  }

  /**
   * The channel of that name.
   *
   * @param given the parameters that aren't to have their defaults
   * @throws InvalidValueException naming {@code channel} if nobody provides it, or a parameter that
   *     isn't allowed
   */
  static ProvidedChannel of(String name, Map<String, ?> given) {
    ChannelProvider provider =
        Extensions.find(ChannelProvider.class, OWN, name)
            .orElseThrow(
                () ->
                    new InvalidValueException(
                        "channel", name, "one of " + String.join(", ", names())));
    Parameters parameters =
        Parameters.of(ChannelChoice.PARAMETERS + "." + PARAMETERS, provider.parameters(), given);
    return of(provider, parameters);
  }

  private static ProvidedChannel of(ChannelProvider provider, Parameters parameters) {
    SortedMap<String, String> texts = parameters.asTexts();
    texts.put(CODE, Extensions.fingerprint(provider));
    return new ProvidedChannel(
        provider.name(), texts, parameters.asMap(), provider.channel(parameters));
  }

  /**
   * The channel that these {@link #parameters} tell of.
   *
   * @throws InvalidValueException if they are no provided channel's
   */
  static ProvidedChannel ofTexts(String name, Map<String, String> texts) {
    String code = texts.get(CODE);
    if (code == null) {
      throw new InvalidValueException("channel", name, "one of " + String.join(", ", names()));
    }
    SortedMap<String, String> given = new TreeMap<>(texts);
    given.remove(CODE);
    Optional<ChannelProvider> provider = Extensions.find(ChannelProvider.class, OWN, name);
    if (provider.isPresent() && Extensions.fingerprint(provider.get()).equals(code)) {
      ChannelProvider here = provider.get();
      return of(here, Parameters.of(ChannelChoice.PARAMETERS, here.parameters(), given));
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
  public void transmit(HiddenBlock hidden, ChannelState state, RandomStream noise) {
    here().transmit(hidden, state, noise);
  }

  @Override
  public boolean hasLevel() {
    return function == null || function.hasLevel();
  }

  @Override
  public void transmitAtLevel(HiddenBlock hidden, double level, RandomStream noise) {
    here().transmitAtLevel(hidden, level, noise);
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
