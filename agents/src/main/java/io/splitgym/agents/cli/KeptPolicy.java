package io.splitgym.agents.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.policy.LearnedPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.cli.GivenFile;
import io.splitgym.cli.WholeFile;
import io.splitgym.server.GymServer;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The policy that {@code --save} keeps. */
final class KeptPolicy {
  static final String OPTION = "--save";

  private static final ObjectMapper JSON = new ObjectMapper();

  private KeptPolicy() {}

  /**
   * Before a training, which a wrong path mustn't cost.
   *
   * @param save where the policy goes; null for nowhere
   * @throws InvalidValueException if no file can be made there
   */
  static void requireWritable(@Nullable Path save) {
    if (save != null) {
      GivenFile.requireWritable(OPTION, save);
    }
  }

  /**
   * Writes the policy, with the program's version.
   *
   * @param save where it goes; null for nowhere
   * @param agent its name
   * @param about where it comes from, by name: texts as they are, and what Jackson makes JSON of
   * @throws InvalidValueException if the policy isn't a network
   */
  static void write(@Nullable Path save, String agent, Policy policy, Map<String, ?> about)
      throws IOException {
    if (save == null) {
      return;
    }
    if (!(policy instanceof LearnedPolicy learned)) {
      throw new InvalidValueException(OPTION, save, "left out: " + agent + " isn't a network");
    }
    TreeMap<String, String> texts = new TreeMap<>();
    texts.put("version", GymServer.version());
    for (Map.Entry<String, ?> entry : about.entrySet()) {
      texts.put(entry.getKey(), text(entry.getValue()));
    }
    WholeFile.write(save, new PolicyFile(learned, texts).write());
  }

  private static String text(Object value) throws JsonProcessingException {
    return value instanceof String text ? text : JSON.writeValueAsString(value);
  }
}
