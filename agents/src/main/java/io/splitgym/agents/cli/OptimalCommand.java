package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.optimal.MeanReturns;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.optimal.Optimum.BestSplit;
import io.splitgym.agents.optimal.StartReturns;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
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
          + " itself. The optimum knows the time left, which an observation doesn't show unless"
          + " asked to, and the state that the episode started in. sigma and m are integrated over"
          + " by Simpson's rule; error says how far the means may be off for that, and for the grid"
          + " that stands for a channel whose course is random.",
      "",
      "With --sigma and --m it tells p* of that state instead: the split of the greatest reward if"
          + " the state lasts, which under the reward objective is the paper's argmin [ln PPL +"
          + " lambda C_UE(p)]; and the returns of an episode that starts there at --p."
    })
final class OptimalCommand implements Callable<Integer> {
  private final OpenModels.Opener opener;

  @Mixin private final EnvironmentOption environment = new EnvironmentOption();
  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--measurements",
      paramLabel = "FILE",
      description =
          "Plan over these measurements of the LLM, a CSV that the command measure wrote, with no"
              + " surrogate between.")
  private @Nullable Path measurements;

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description = "Tell p* at this noise intensity; needs --m.")
  private @Nullable Double sigma;

  @Option(
      names = "--m",
      paramLabel = "M",
      description = "Tell p* at this Nakagami shape; needs --sigma.")
  private @Nullable Double shape;

  @Option(
      names = "--p",
      paramLabel = "P",
      description =
          "Where the episode starts (default: at p* itself; under the reward reference 1).")
  private @Nullable Integer split;

  OptimalCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    if (measurements != null) {
      environment.requireNoSurrogates("with --measurements");
    }
    try (OpenModels open =
        opener.open(models, data, precision, hiddenStates, environment.fitted())) {
      Ground ground =
          measurements == null
              ? environment.forPlanning(open.models())
              : environment.measured(measurements);
      Optimum optimum = Optimum.of(ground.model(), ground.parameters());
      if (sigma != null || shape != null || split != null) {
        printBestSplit(ground, optimum);
        return 0;
      }
      MeanReturns means = MeanReturns.of(optimum, ground.parameters());
      Map<String, Object> document = new LinkedHashMap<>();
      put(means.returns(), means.error(), document);
      document.put("starts", means.starts());
      put(ground, document);
      output.print(
          document,
          String.format(
              Locale.ROOT,
              "preset %s, %s, %d actions, %d steps: mean returns over the starts%n"
                  + "optimal     %10.5f%nalways stay %10.5f%nrandom      %10.5f%n"
                  + "each to within %.1g, from %,d starts%n"
                  + "%s",
              environment.preset(),
              ground.channel().name(),
              environment.actions(),
              ground.parameters().episodeSteps(),
              means.returns().optimal(),
              means.returns().alwaysStay(),
              means.returns().random(),
              means.error(),
              means.starts(),
              over(ground)));
    }
    return 0;
  }

  /** p* of one state, and what an episode from there gives. */
  private void printBestSplit(Ground ground, Optimum optimum) {
    if (sigma == null || shape == null) {
      throw new InvalidValueException(
          sigma == null ? "--sigma" : "--m", "left out", "given with --m, --sigma or --p");
    }
    ChannelRanges reachable =
        ground.parameters().dynamics().reachable(ground.parameters().ranges());
    Require.inRange("--sigma", sigma, reachable.sigma().low(), reachable.sigma().high());
    Require.inRange("--m", shape, reachable.m().low(), reachable.m().high());
    ChannelState state = new ChannelState(sigma, shape);
    boolean startMatters = ground.parameters().reward().over(ground.model()).needsStart();
    int from =
        split != null
            ? Require.inRange("--p", split, optimum.splits().min(), optimum.splits().max())
            : startMatters
                ? optimum.splits().min()
                : optimum.bestSplit(state, optimum.splits().min()).split();
    BestSplit best = optimum.bestSplit(state, from);
    StartReturns returns = optimum.returns(state, from);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("sigma", sigma);
    document.put("m", shape);
    document.put("p", from);
    document.put("bestSplit", best.split());
    document.put("bestReward", best.reward());
    put(returns, optimum.error(state, from), document);
    put(ground, document);
    output.print(
        document,
        String.format(
            Locale.ROOT,
            "sigma %s, m %s: p* = %d, reward %.5f a step%n"
                + "an episode of %d steps from p = %d%n"
                + "optimal     %10.5f%nalways stay %10.5f%nrandom      %10.5f%n"
                + "%s",
            sigma,
            shape,
            best.split(),
            best.reward(),
            ground.parameters().episodeSteps(),
            from,
            returns.optimal(),
            returns.alwaysStay(),
            returns.random(),
            over(ground)));
  }

  private static String over(Ground ground) {
    return "over the " + ground.environment().backend() + " of SHA-256 " + ground.fingerprint();
  }

  private static void put(StartReturns returns, double error, Map<String, Object> document) {
    document.put("optimal", returns.optimal());
    document.put("alwaysStay", returns.alwaysStay());
    document.put("random", returns.random());
    document.put("error", error);
  }

  private void put(Ground ground, Map<String, Object> document) {
    document.put("backend", ground.environment().backend());
    document.put("fingerprint", ground.fingerprint());
    document.put("preset", environment.preset());
    document.put("channel", ground.channel().name());
    document.put("actions", environment.actions());
  }
}
