package io.splitgym.cli;

import io.splitgym.cli.configuration.ConfiguredExecution;
import io.splitgym.server.GymServer;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program. Exit codes: 0 fine, 1 failed, 2 wrong use. */
@Command(
    name = "splitgym",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Split LLM inference over a wireless channel, as an RL environment.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;
  private static final String CACHE_LINE = "org.eclipse.jetty.util.referencesPerCacheLine";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "A YAML file of settings under the names of their flags (default: SPLITGYM_CONFIG, or"
              + " splitgym/splitgym.yaml in the XDG configuration folder if it is there).")
  private @Nullable Path config;

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    // Jetty would start the whole of JMX to find this out, a tenth of the start.
    if (System.getProperty(CACHE_LINE) == null) {
      System.setProperty(CACHE_LINE, "16");
    }
    System.exit(commandLine(System.getenv(), arguments).execute(arguments));
  }

  /** All commands, in this process's environment. */
  static CommandLine commandLine() {
    return commandLine(System.getenv());
  }

  /**
   * The commands that the arguments need: the one that the first argument names, or else all.
   * Building a command's options costs more than running many a command.
   */
  static CommandLine commandLine(Map<String, String> environment, String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    String asked = arguments.length == 0 ? "" : arguments[0];
    List<NamedCommand> commands = new ArrayList<>(commands());
    if (commands.stream().noneMatch(command -> command.name().equals(asked))) {
      for (CommandExtension extension : ServiceLoader.load(CommandExtension.class)) {
        commands.addAll(extension.commands());
      }
    }
    boolean known = commands.stream().anyMatch(command -> command.name().equals(asked));
    for (NamedCommand command : commands) {
      if (!known || command.name().equals(asked)) {
        line.addSubcommand(command.command().get());
      }
    }
    if (!known) {
      line.addSubcommand(new CommandLine.HelpCommand());
    }
    ConfiguredExecution configured =
        ConfiguredExecution.install(line, environment, Path.of(System.getProperty("user.home")));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> explain(failure, command, configured));
    return line;
  }

  /** One line for each command of this module, in the order in which they are needed. */
  private static List<NamedCommand> commands() {
    return List.of(
        new NamedCommand("serve", () -> new ServeCommand(new LlmEvaluators())),
        new NamedCommand("model", ModelCommand::new),
        new NamedCommand("perplexity", () -> new PerplexityCommand(new LlmEvaluators())),
        new NamedCommand("measure", () -> new MeasureCommand(new LlmEvaluators())),
        new NamedCommand("surrogate", SurrogateCommand::new),
        new NamedCommand("episodes", EpisodesCommand::new),
        new NamedCommand("sessions", SessionsCommand::new),
        new NamedCommand("selfcheck", SelfCheckCommand::new),
        new NamedCommand("bench", BenchCommand::new),
        new NamedCommand("prepare", PrepareCommand::new));
  }

  private static int explain(
      Exception failure, CommandLine command, ConfiguredExecution configured) {
    if (failure instanceof InvalidValueException refusal) {
      command.getErr().println("splitgym: " + configured.described(refusal));
      return WRONG_USE;
    }
    command.getErr().println("splitgym: " + message(cause(failure)));
    if (!(failure instanceof CommandFailedException
        || failure instanceof IOException
        || failure instanceof UncheckedIOException)) {
      LoggerFactory.getLogger(Main.class).error("unexpected", failure);
    }
    return FAILED;
  }

  /** What lies in a wrapping that says nothing of its own. */
  private static Exception cause(Exception failure) {
    return failure instanceof UncheckedIOException
            && failure.getCause() instanceof IOException inner
            && inner.toString().equals(failure.getMessage())
        ? inner
        : failure;
  }

  private static String message(Exception failure) {
    if (failure instanceof FileSystemException told && told.getFile() != null) {
      return told.getFile() + ": " + GivenFile.reason(told);
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"splitgym " + GymServer.version()};
    }
  }
}
