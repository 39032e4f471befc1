package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.optimal.MeanReturns;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what can be reached at best, and what without skill. */
@Command(
    name = "optimal",
    mixinStandardHelpOptions = true,
    description = {
      "Computes the greatest possible undiscounted return of an episode, beside those of always"
          + " staying and of random actions, each the exact mean over the starts that a reset draws.",
      "",
      "By dynamic programming over the surrogate, or with --measurements over the measured LLM"
          + " itself. The optimum knows the time left, which an"
          + " observation doesn't show unless asked to. sigma and m are integrated over by Simpson's"
          + " rule; error says how far the means may be off for that."
    })
final class OptimalCommand implements Callable<Integer> {
  private final OpenModels.Opener opener;

  @Mixin private final EnvironmentOption environment = new EnvironmentOption();
  @Mixin private final DataOption data = new DataOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "Plan over these measurements of the LLM, a CSV that the command measure wrote, with no"
              + " surrogate between.")
  private @Nullable Path measurements;

  OptimalCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    try (OpenModels open = opener.open(models, data, environment.surrogates())) {
      Ground ground =
          measurements == null
              ? environment.forPlanning(open.models())
              : environment.measured(measurements);
      MeanReturns means =
          MeanReturns.of(
              new ExactOptimum(ground.model(), ground.parameters()), ground.parameters());
      double stay = means.returns().alwaysStay();
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("optimal", means.returns().optimal());
      document.put("alwaysStay", Double.isNaN(stay) ? null : stay);
      document.put("random", means.returns().random());
      document.put("error", means.error());
      document.put("starts", means.starts());
      document.put("backend", ground.environment().backend());
      document.put("preset", environment.preset());
      document.put("channel", ground.channel().name());
      document.put("actions", environment.actions());
      output.print(
          document,
          String.format(
              Locale.ROOT,
              "preset %s, %s, %d actions, %d steps: mean returns over the starts%n"
                  + "optimal     %10.5f%nalways stay %10.5f%nrandom      %10.5f%n"
                  + "each to within %.1g, from %,d starts",
              environment.preset(),
              ground.channel().name(),
              environment.actions(),
              ground.parameters().episodeSteps(),
              means.returns().optimal(),
              stay,
              means.returns().random(),
              means.error(),
              means.starts()));
    }
    return 0;
  }
}
