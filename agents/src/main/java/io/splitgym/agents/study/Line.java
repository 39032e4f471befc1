package io.splitgym.agents.study;

import io.splitgym.agents.learning.Learner;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Range;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One line of a study's figures: an algorithm in an environment, trained with several seeds.
 *
 * @param panel which figure it is drawn in: the case, which is the preset's name
 * @param label what the figure's legend calls it
 * @param model answers the steps; one that predicts
 * @param parameters of the environment
 * @param learner what is trained
 */
public record Line(
    String panel,
    String label,
    PerplexityModel model,
    SplitInferenceParameters parameters,
    Learner<?> learner)
    implements Task {
  private static final String BACKEND = "surrogate";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]*");

  public Line {
    for (String name : List.of(panel, label)) {
      if (!NAME.matcher(name).matches()) {
        throw new InvalidValueException(
            "name of a line", name, "of letters, digits, spaces, dots, hyphens and underscores");
      }
    }
  }

  /** One more environment. */
  SplitInferenceEnvironment environment() {
    return environment(parameters);
  }

  /** One more environment, with other parameters. */
  SplitInferenceEnvironment environment(SplitInferenceParameters others) {
    // whoever is given it resets it with a seed first
    return new SplitInferenceEnvironment(model, BACKEND, others, RandomStream.ofSeed(0));
  }

  @Override
  public String folder() {
    return (panel + "-" + label).replace(' ', '-');
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("agent", learner.algorithm().name());
    settings.put("hyperparameters", learner.hyperparameters());
    settings.put("environment", parameters.settings());
    settings.put("model", fingerprint());
    return settings;
  }

  /** Another surrogate must not go on with this one's runs: a hash of what the model says. */
  private String fingerprint() {
    RandomStream undrawn = RandomStream.ofSeed(0);
    ChannelRanges ranges = parameters.dynamics().reachable(parameters.ranges());
    StringBuilder said = new StringBuilder();
    for (double sigma : threeOf(ranges.sigma())) {
      for (double m : threeOf(ranges.m())) {
        for (int split = parameters.splits().min(); split <= parameters.splits().max(); split++) {
          double value = model.logPerplexity(new ChannelState(sigma, m), split, undrawn).value();
          said.append(ShortestDecimal.of(value)).append('\n');
        }
      }
    }
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(said.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static double[] threeOf(Range range) {
    return new double[] {
      range.low(), range.clip(range.low() + (range.high() - range.low()) / 2), range.high()
    };
  }
}
