package io.splitgym.registry;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A kind of environment: what is known of it before one is made, and how one is made.
 *
 * <p>One that is public, has a public constructor without arguments and stands in {@code
 * META-INF/services} is served beside SplitGym's own. The fingerprint of what it makes should be
 * its own ({@link io.splitgym.extension.Extensions#fingerprint}), so that environments that were
 * kept don't go on with other code.
 */
public interface EnvironmentSpec {
  /** A name with a version at its end, such as {@code SplitInference-v0}. */
  String id();

  /** What it is, in a sentence or two. */
  String description();

  /** What an observation holds, dimension by dimension. */
  List<Named> observation();

  /** What the actions mean. */
  String action();

  /** What can answer the steps; the first is the default. */
  default List<Named> backends() {
    return List.of(new Named("built-in", "the environment itself"));
  }

  /**
   * Those of the backends whose steps take seconds. A server works on them apart, and not for
   * longer than it was told to.
   */
  default Set<String> slowBackends() {
    return Set.of();
  }

  /** Named sets of parameter values; the first is the default. */
  default List<NamedValues> presets() {
    return List.of(new NamedValues("default", "The defaults of every parameter.", Map.of()));
  }

  /** The parameters at creation, with the first preset's values as defaults. */
  default List<ParameterDescription> parameters() {
    return List.of();
  }

  /** What a reset's options may fix. */
  default List<ParameterDescription> options() {
    return List.of();
  }

  /**
   * Makes one.
   *
   * @throws InvalidValueException if a value isn't allowed
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  CreatedEnvironment create(CheckedRequest request);

  /**
   * Makes many, to be stepped together.
   *
   * @param count how many
   * @throws InvalidValueException if a value isn't allowed, or there are no vectors of this spec
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  default CreatedVector createVector(CheckedRequest request, int count, AutoresetMode autoreset) {
    throw new InvalidValueException("spec", id(), "one that can be made as a vector");
  }

  /**
   * Lends what tells the mean of ln PPL where such an environment would have to step.
   *
   * @param ask what to do with it; it holds no longer than that
   * @throws InvalidValueException if a value isn't allowed, or nothing is known of this spec
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  default <T> T predict(CheckedRequest request, Function<MeanPerplexityModel, T> ask) {
    throw new InvalidValueException("spec", id(), "one that can be predicted");
  }

  /** How much it made of an LLM so far. */
  default LlmUse llmUse() {
    return LlmUse.NONE;
  }

  /** A name and what it stands for. */
  record Named(String name, String description) {}

  /**
   * A name, what it stands for, and the parameters that it sets.
   *
   * @param values by name, in the form of a request
   */
  record NamedValues(String name, String description, Map<String, Object> values) {
    public NamedValues {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }
}
