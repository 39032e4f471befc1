package io.splitgym.registry;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.SplitRange;
import io.splitgym.reward.NoiseKind;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.util.List;
import java.util.Map;

/**
 * Where the perplexity models of split inference come from. Safe for use by several threads. What
 * it hands out is shared, and lent until the {@link Source} is closed.
 */
public interface PerplexityModels {
  /**
   * The fitted surrogate for that channel.
   *
   * @throws io.splitgym.validation.InvalidValueException naming the parameter of the channel that
   *     the surrogate was not fitted to
   * @throws BackendUnavailableException if there is none
   */
  Source surrogate(ChannelChoice channel);

  /** What {@link #llm} takes, each named {@code llm.NAME}. */
  List<ParameterDescription> llmParameters();

  /**
   * The LLM itself, lent.
   *
   * @param channel what it leaves open is as usual for the model
   * @param parameters by name without the {@code llm.}; of the types promised in {@link
   *     #llmParameters}
   * @throws io.splitgym.validation.InvalidValueException if a value isn't allowed
   * @throws BackendUnavailableException if the model isn't on this machine
   * @throws BackendLoadingException if it is, and takes long to load
   * @throws IllegalStateException if as many are lent as may be
   */
  Source llm(ChannelChoice channel, Map<String, Object> parameters);

  /** How much was made of LLMs so far. */
  default LlmUse llmUse() {
    return LlmUse.NONE;
  }

  /** A model whose layers are known and whose range is still to be told. */
  interface Source extends AutoCloseable {
    /** The number L of layers. */
    int layers();

    /** The channel, with every parameter. */
    Channel channel();

    /**
     * What tells the model from every other one, whatever it is called: SHA-256, in hexadecimal.
     * With the same fingerprint and the same parameters, the same is answered.
     */
    String fingerprint();

    /** Every parameter by name, defaults included; empty where there are none. */
    Map<String, Object> parameters();

    /**
     * The model, for states and splits within these ranges.
     *
     * @throws io.splitgym.validation.InvalidValueException naming {@code sigmaRange}, {@code
     *     mRange} or {@code splitRange} if it can't answer everywhere in them
     */
    PerplexityModel over(ChannelRanges states, SplitRange splits);

    /**
     * The same model, which answers like one draw of fading and noise over a text instead of with
     * the mean. Closing one closes the other.
     *
     * @param windows of the text, at least 1
     * @throws io.splitgym.validation.InvalidValueException naming {@code noise} if it doesn't know
     *     how draws lie around the mean, or {@code noiseWindows} if there are too many
     */
    default Source sampled(int windows) {
      throw new InvalidValueException(
          NoiseKind.PARAMETER,
          NoiseKind.SAMPLED.id(),
          NoiseKind.MEAN.id() + ": it isn't known how draws lie around this model's mean");
    }

    /** Hands back what was lent: models made from it answer no more. Closing twice is fine. */
    @Override
    default void close() {
      // a surrogate costs nothing to keep
    }
  }
}
