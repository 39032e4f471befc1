package io.splitgym.cli;

import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.cli.configuration.Configurable;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where models live: the mixin of every command that pulls or reads one. */
@Configurable
public final class ModelsOption {
  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Where models live (default: splitgym/models in the XDG cache folder).")
  private @Nullable Path folder;

  /** The models of the chosen folder. */
  public ModelStore store() {
    Map<String, String> environment = System.getenv();
    Path home = Path.of(System.getProperty("user.home"));
    return ModelStore.open(
        Catalogue.standard(),
        folder != null ? folder : ModelStore.standardFolder(environment, home),
        environment,
        home);
  }
}
