package io.splitgym.reward;

import io.splitgym.extension.Installed;
import io.splitgym.extension.Parameters;
import io.splitgym.validation.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A reward that a {@link RewardProvider} on the class path gives. Two are equal if name, parameters
 * and the provider's code are.
 */
public final class ProvidedReward implements Reward {
  /** Where a request has the parameters. */
  public static final String PARAMETERS = "parameters";

  private static final String PATH = "reward." + PARAMETERS;
  private static final List<String> OWN = List.of(ObjectiveReward.KIND, ReferenceReward.KIND);

  private final String name;
  private final Parameters parameters;
  private final String fingerprint;
  private final RewardFunction function;
  private final List<String> termNames;

  private ProvidedReward(
      String name, Parameters parameters, String fingerprint, RewardFunction function) {
    this.name = name;
    this.parameters = parameters;
    this.fingerprint = fingerprint;
    this.function = function;
    this.termNames = List.copyOf(function.termNames());
    if (termNames.isEmpty() || termNames.stream().distinct().count() < termNames.size()) {
      throw new IllegalStateException(
          "the terms of the reward " + name + " are " + termNames + ", must be different names");
    }
  }

  /** The providers on the class path, as they are now. */
  public static Installed<RewardProvider> providers() {
    return Installed.onClassPath(RewardProvider.class, OWN);
  }

  /** All kinds of rewards that can be asked for, SplitGym's own first. */
  public static List<String> kinds(Installed<RewardProvider> providers) {
    return Stream.concat(OWN.stream(), providers.names().stream()).toList();
  }

  /**
   * The reward of that name.
   *
   * @param given the parameters that aren't to have their defaults, JSON values
   * @throws InvalidValueException naming {@code reward.kind} if nobody provides it, or a parameter
   *     that isn't allowed
   */
  public static ProvidedReward of(
      Installed<RewardProvider> providers, String name, Map<String, ?> given) {
    RewardProvider provider = provider(providers, name);
    Parameters parameters = Parameters.of(PATH, provider.parameters(), given);
    return new ProvidedReward(
        name, parameters, providers.fingerprint(name), provider.reward(parameters));
  }

  /**
   * Parameters of the reward of that name as {@link #of} takes them.
   *
   * @param texts the parameters as people write them
   * @throws InvalidValueException as {@link #of} does
   */
  public static Map<String, Object> values(
      Installed<RewardProvider> providers, String name, Map<String, String> texts) {
    return Parameters.ofTexts(PATH, provider(providers, name).parameters(), texts).asMap();
  }

  private static RewardProvider provider(Installed<RewardProvider> providers, String name) {
    return providers
        .find(name)
        .orElseThrow(
            () ->
                new InvalidValueException(
                    "reward.kind", name, "one of " + String.join(", ", kinds(providers))));
  }

  /** What tells the provider's code from every other one, see {@link Extensions#fingerprint}. */
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public String kind() {
    return name;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("kind", name);
    settings.put(PARAMETERS, parameters.asMap());
    return settings;
  }

  @Override
  public boolean needsStart() {
    return function.needsStart();
  }

  @Override
  public List<String> termNames() {
    return termNames;
  }

  /**
   * @throws IllegalStateException if the provider's code gave something else than it promised
   */
  @Override
  public RewardTerms of(SplitOutcome outcome) {
    return RewardTerms.of(termNames, terms(outcome));
  }

  private double[] terms(SplitOutcome outcome) {
    double[] terms = function.terms(outcome).clone();
    if (terms.length != termNames.size()) {
      throw new IllegalStateException(
          "the reward " + name + " gave " + terms.length + " terms for " + termNames);
    }
    for (double term : terms) {
      if (Double.isNaN(term)) {
        throw new IllegalStateException("the reward " + name + " is not a number at " + outcome);
      }
    }
    return terms;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProvidedReward reward
        && name.equals(reward.name)
        && parameters.equals(reward.parameters)
        && fingerprint.equals(reward.fingerprint);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + parameters.hashCode();
  }

  @Override
  public String toString() {
    return name + parameters;
  }
}
