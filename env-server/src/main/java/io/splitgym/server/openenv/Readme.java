package io.splitgym.server.openenv;

import io.splitgym.environment.ParameterDescription;
import io.splitgym.registry.EnvironmentSpec;
import java.util.List;

/** What OpenEnv's tools show people of an environment, in Markdown. */
final class Readme {
  private Readme() {}

  static String of(EnvironmentSpec spec) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(spec.id()).append("\n\n").append(spec.description()).append("\n\n");
    text.append("## Action\n\n`{\"action\": ...}`: ").append(spec.action()).append("\n\n");
    named(text, "Observation", spec.observation());
    text.append("## Fields of a reset\n\n");
    text.append("- `seed`, `episode_id`: as in OpenEnv.\n");
    text.append("- `options`: where the episode starts, see below.\n");
    text.append("- `backend`, `preset` and the parameters below: which environment it is.\n\n");
    described(text, "Options", spec.options());
    named(text, "Backends", spec.backends());
    text.append("## Presets\n\n");
    spec.presets().forEach(preset -> item(text, preset.name(), preset.description()));
    text.append('\n');
    described(text, "Parameters", spec.parameters());
    return text.toString();
  }

  private static void named(
      StringBuilder text, String heading, List<EnvironmentSpec.Named> entries) {
    text.append("## ").append(heading).append("\n\n");
    entries.forEach(entry -> item(text, entry.name(), entry.description()));
    text.append('\n');
  }

  private static void described(
      StringBuilder text, String heading, List<ParameterDescription> entries) {
    text.append("## ").append(heading).append("\n\n");
    entries.forEach(
        entry ->
            item(
                text,
                entry.name(),
                entry.meaning()
                    + " Must be "
                    + entry.allowed()
                    + "; default "
                    + entry.defaultValue()
                    + "."));
    text.append('\n');
  }

  private static void item(StringBuilder text, String name, String meaning) {
    text.append("- `").append(name).append("`: ").append(meaning).append('\n');
  }
}
