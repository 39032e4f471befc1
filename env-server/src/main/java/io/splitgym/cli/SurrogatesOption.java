package io.splitgym.cli;

import io.splitgym.cli.configuration.Configurable;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Which surrogates: the mixin of every command that makes environments. A file that the command
 * line names must be used; one from a variable or the configuration file is there for every
 * command, and each takes those of its channels.
 */
@Configurable
public final class SurrogatesOption {
  private static final String OPTION = "--surrogate";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description =
          "A fitted surrogate that takes the place of the shipped one for its channel; may be given"
              + " several times, once for each channel.")
  private List<Path> files = List.of();

  /** Whether none were given, so that the shipped ones answer. */
  public boolean areShipped() {
    return files.isEmpty();
  }

  /**
   * Those in the given files, for environments of any channel.
   *
   * @throws InvalidValueException naming a file that is no surrogate, or the second of a channel
   */
  public List<SurrogateModel> read() {
    return List.copyOf(byFile().values());
  }

  /**
   * Those in the given files, for environments of these channels alone.
   *
   * @throws InvalidValueException naming a file that is no surrogate, or the second of a channel,
   *     or one that the command line names and no environment would use
   */
  public List<SurrogateModel> readFor(Collection<String> channels) {
    Map<Path, SurrogateModel> fitted = byFile();
    if (onCommandLine()) {
      fitted.forEach(
          (file, surrogate) -> {
            if (!channels.contains(channel(surrogate))) {
              throw new InvalidValueException(
                  OPTION,
                  file,
                  "of the channel "
                      + String.join(" or ", new TreeSet<>(channels))
                      + " here; it is of "
                      + channel(surrogate));
            }
          });
    }
    return List.copyOf(fitted.values());
  }

  /**
   * Refuses files where no surrogate is asked.
   *
   * @param where it is so, such as {@code "with --measurements"}
   */
  public void requireNone(String where) {
    if (onCommandLine()) {
      throw new InvalidValueException(OPTION, files.get(0), "left out " + where);
    }
  }

  private boolean onCommandLine() {
    return !files.isEmpty() && command.commandLine().getParseResult().hasMatchedOption(OPTION);
  }

  private Map<Path, SurrogateModel> byFile() {
    Map<Path, SurrogateModel> fitted = new LinkedHashMap<>();
    Map<String, Path> ofChannels = new LinkedHashMap<>();
    for (Path file : files) {
      SurrogateModel surrogate = GivenFile.surrogate(OPTION, file);
      Path other = ofChannels.putIfAbsent(channel(surrogate), file);
      if (other != null) {
        throw new InvalidValueException(
            OPTION,
            file,
            "the only one of the channel " + channel(surrogate) + "; " + other + " is too");
      }
      fitted.put(file, surrogate);
    }
    return fitted;
  }

  private static String channel(SurrogateModel surrogate) {
    return surrogate.provenance().channel().name();
  }
}
