package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.server.Storage;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where state lives: the mixin of every command that keeps or reads some. */
@Configurable
public final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where measurements, noise units, sessions and episodes live (default: the XDG data"
              + " folder).")
  private @Nullable Path folder;

  /** The folder to use; it need not exist yet. */
  public Path folder() {
    return folder != null ? folder : base("XDG_DATA_HOME", Path.of(".local", "share"));
  }

  /** Where measurements are kept. */
  public Path measurements() {
    return folder().resolve("measurements.sqlite");
  }

  /** Where servers keep their sessions. */
  Path sessions() {
    return Storage.sessions(folder());
  }

  /** Where servers record episodes. */
  Path episodes() {
    return Storage.episodes(folder());
  }

  private static Path base(String variable, Path underHome) {
    String value = System.getenv(variable);
    Path base =
        value == null || value.isBlank()
            ? Path.of(System.getProperty("user.home")).resolve(underHome)
            : Path.of(value);
    return base.resolve("splitgym");
  }
}
