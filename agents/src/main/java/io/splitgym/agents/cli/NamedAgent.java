package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.optimal.GreedySurrogateAgent;
import io.splitgym.agents.optimal.OptimalAgent;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.LearnedPolicy;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.agents.policy.RandomPolicy;
import io.splitgym.agents.policy.StaticSplitPolicy;
import io.splitgym.agents.policy.StayPolicy;
import io.splitgym.cli.GivenFile;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Whoever can be asked for by one name: the baselines, and trained policies by their files. */
final class NamedAgent {
  /** For the options that take one. */
  static final String NAMES =
      "random, stay, static:P (goes to split P), greedy (takes the greatest next reward under the"
          + " surrogate), optimal (plans over the surrogate) or the file of a trained policy";

  private static final String STATIC = "static:";

  private NamedAgent() {}

  /**
   * @param option what the name was given as
   * @param played where it is to act
   * @param planning where it plans, if it does
   * @throws InvalidValueException if nobody has that name, or a trained policy was trained
   *     elsewhere
   */
  static Agent of(String option, String name, Ground played, Supplier<Ground> planning)
      throws IOException {
    int actions = played.parameters().actions().actions();
    if (name.startsWith(STATIC)) {
      return new StaticSplitPolicy(
          played.parameters().actions(), played.parameters().splits(), target(option, name));
    }
    return switch (name) {
      case "random" -> new RandomPolicy(actions);
      case "stay" -> new StayPolicy(actions);
      case "greedy" -> {
        Ground ground = planning.get();
        yield new GreedySurrogateAgent(
            Optimum.of(ground.model(), ground.parameters()), ground.parameters());
      }
      case "optimal" -> {
        Ground ground = planning.get();
        yield new OptimalAgent(
            Optimum.of(ground.model(), ground.parameters()), ground.parameters());
      }
      default -> saved(option, name, played);
    };
  }

  private static int target(String option, String name) {
    try {
      return Integer.parseInt(name.substring(STATIC.length()));
    } catch (NumberFormatException e) {
      throw new InvalidValueException(option, name, NAMES);
    }
  }

  private static LearnedPolicy saved(String option, String name, Ground played) throws IOException {
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new InvalidValueException(option, name, NAMES);
    }
    LearnedPolicy saved =
        GivenFile.read(
                option,
                file,
                "the file of a trained policy",
                there -> PolicyFile.read(Files.readAllBytes(there)))
            .policy();
    int actions = played.parameters().actions().actions();
    if (saved.network().outputs() != actions) {
      throw new InvalidValueException(
          "--actions", actions, "the policy's " + saved.network().outputs());
    }
    var names = played.environment().observationSpace().names();
    if (!saved.scaling().space().names().equals(names)) {
      throw new InvalidValueException(option, name, "trained on the observation " + names);
    }
    return saved;
  }
}
