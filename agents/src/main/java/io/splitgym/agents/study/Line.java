package io.splitgym.agents.study;

import io.splitgym.agents.learning.Learner;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
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
 * @param fingerprint tells the model from every other one, so that another surrogate doesn't go on
 *     with this one's runs
 * @param parameters of the environment
 * @param learner what is trained
 */
public record Line(
    String panel,
    String label,
    PerplexityModel model,
    String fingerprint,
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

  /** The same under another name. */
  Line labelled(String other) {
    return new Line(panel, other, model, fingerprint, parameters, learner);
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
    settings.put("model", fingerprint);
    return settings;
  }
}
