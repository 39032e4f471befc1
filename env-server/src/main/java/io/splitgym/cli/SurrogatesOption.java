package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which surrogates: the mixin of every command that makes environments. */
@Configurable
public final class SurrogatesOption {
  @Option(
      names = "--surrogate",
      paramLabel = "FILE",
      description =
          "A fitted surrogate that takes the place of the shipped one for its channel; may be given"
              + " several times.")
  private List<Path> files = List.of();

  /** Whether none were given, so that the shipped ones answer. */
  public boolean areShipped() {
    return files.isEmpty();
  }

  /** Those in the given files. */
  List<SurrogateModel> read() throws IOException {
    List<SurrogateModel> fitted = new ArrayList<>();
    for (Path file : files) {
      fitted.add(SurrogateFile.read(Files.readAllBytes(file)));
    }
    return fitted;
  }
}
