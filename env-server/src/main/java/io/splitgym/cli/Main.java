package io.splitgym.cli;

import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

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

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    commands().forEach(line::addSubcommand);
    for (CommandExtension extension : ServiceLoader.load(CommandExtension.class)) {
      extension.commands().forEach(line::addSubcommand);
    }
    line.addSubcommand(new CommandLine.HelpCommand());
    line.setExecutionExceptionHandler(Main::explain);
    return line;
  }

  /** One line for each command of this module, in the order in which they are needed. */
  private static List<Object> commands() {
    EvaluatorSource evaluators = new LlmEvaluators();
    return List.of(
        new ServeCommand(evaluators),
        new ModelCommand(),
        new PerplexityCommand(evaluators),
        new MeasureCommand(evaluators),
        new SurrogateCommand(),
        new BenchCommand());
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("splitgym: " + message(failure));
    if (failure instanceof InvalidValueException) {
      return WRONG_USE;
    }
    if (!(failure instanceof CommandFailedException
        || failure instanceof IOException
        || failure instanceof UncheckedIOException)) {
      LoggerFactory.getLogger(Main.class).error("unexpected", failure);
    }
    return FAILED;
  }

  private static String message(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"splitgym " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
