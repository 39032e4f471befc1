package io.splitgym.agents.cli;

import io.splitgym.agents.cli.EnvironmentOption.Ground;
import io.splitgym.agents.optimal.Optimum;
import io.splitgym.agents.policy.Agent;
import io.splitgym.agents.policy.GreedyPolicy;
import io.splitgym.agents.policy.Policy;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.GenerateOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.OutputOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Plays one episode and prints it. */
@Command(
    name = "play",
    mixinStandardHelpOptions = true,
    description = {
      "Plays one episode, step by step.",
      "With --generate shows text from the split LLM instead."
    })
final class PlayCommand implements Callable<Integer> {
  private final OpenModels.Opener opener;

  @Mixin private final EnvironmentOption environment = new EnvironmentOption();
  @Mixin private final DataOption data = new DataOption();
  @Mixin private final PrecisionOption precision = new PrecisionOption();
  @Mixin private final HiddenStatesOption hiddenStates = new HiddenStatesOption();
  @Mixin private final ModelsOption models = new ModelsOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final GenerateOption generate = new GenerateOption();
  @Mixin private final LlmOption llm = new LlmOption();

  @Spec private CommandSpec command;

  @Option(
      names = "--policy",
      paramLabel = "NAME|FILE",
      defaultValue = "optimal",
      description = "Who plays: " + NamedAgent.NAMES + " (default: ${DEFAULT-VALUE}).")
  private String policy = "optimal";

  @Option(
      names = "--greedy",
      description =
          "Take the most probable action of a policy that draws its actions, instead of drawing.")
  private boolean greedy;

  @Option(
      names = "--seed",
      paramLabel = "K",
      defaultValue = "1",
      description = "Of the episode (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description = "Start with this noise intensity (default: drawn).")
  private @Nullable Double sigma;

  @Option(
      names = "--m",
      paramLabel = "M",
      description = "Start with this Nakagami shape (default: drawn).")
  private @Nullable Double shape;

  @Option(names = "--p", paramLabel = "P", description = "Start with this split (default: drawn).")
  private @Nullable Integer split;

  PlayCommand(OpenModels.Opener opener) {
    this.opener = opener;
  }

  @Override
  public Integer call() throws IOException {
    if (generate.asked()) {
      environment.requireNoSurrogates("with --generate");
      generate.run(
          llm.model(),
          models,
          data,
          precision,
          hiddenStates,
          environment.channelChoice(),
          split,
          sigma,
          shape,
          seed,
          output);
      return 0;
    }
    generate.requireNone(command);
    if (environment.onSurrogate()) {
      llm.requireNone("without --backend llm or --generate");
    }
    Map<String, Object> told = llm.parameters(models);
    try (OpenModels open =
        opener.open(models, data, precision, hiddenStates, environment.fitted())) {
      Ground ground = environment.chosen(open.models(), told);
      Agent agent = agent(ground, open.models());
      ResetResult start = ground.environment().reset(seed, options());
      EnvironmentState.Episode begun = ground.environment().state().episode();
      Agent.Actor actor =
          agent.begin(start.observation(), RandomStream.ofSeed(seed).named("agent"));

      StringBuilder text = new StringBuilder();
      text.append(
          String.format(
              Locale.ROOT,
              "%s on the %s, preset %s, %s, seed %d%n%n%4s %6s %8s %8s %4s %9s %9s %9s%n%s",
              agent.name(),
              environment.backend(),
              environment.preset(),
              ground.channel().name(),
              seed,
              "step",
              "action",
              "sigma",
              "m",
              "p",
              "ln PPL",
              "reward",
              "return",
              line("0", "", start.observation(), start.info().get("lnPpl"))));
      List<Map<String, Object>> steps = new ArrayList<>();
      SpaceElement observation = start.observation();
      double sum = 0;
      StepResult step;
      do {
        int action = actor.act(observation);
        step = ground.environment().step(new DiscreteElement(action));
        observation = step.observation();
        sum += step.reward();
        steps.add(document(action, step));
        text.append(
            String.format(
                Locale.ROOT,
                "%n%s %9.4f %9.4f",
                line(
                    Integer.toString(steps.size()),
                    Integer.toString(action),
                    observation,
                    step.info().get("lnPpl")),
                step.reward(),
                sum));
      } while (!step.done());

      Map<String, Object> document = new LinkedHashMap<>();
      document.put("policy", agent.name());
      document.put("backend", environment.backend());
      document.put("fingerprint", ground.fingerprint());
      document.put("preset", environment.preset());
      document.put("channel", ground.channel().name());
      document.put("channelParameters", ground.channel().settings());
      document.put("actions", environment.actions());
      document.put("seed", seed);
      document.put("observation", values(start.observation()));
      document.put("info", start.info());
      document.put("steps", steps);
      document.put("return", sum);
      if (environment.onSurrogate() && begun != null) {
        double best =
            Optimum.of(ground.model(), ground.parameters())
                .returns(begun.now(), begun.split())
                .optimal();
        document.put("optimalReturn", best);
        text.append(
            String.format(
                Locale.ROOT, "%n%nreturn %.4f; the best from this start is %.4f", sum, best));
      }
      output.print(document, text.toString());
    }
    return 0;
  }

  private Agent agent(Ground ground, PerplexityModels models) throws IOException {
    Agent named =
        NamedAgent.of(
            "--policy",
            policy,
            ground,
            () -> environment.onMean() ? ground : environment.forPlanning(ground, models));
    return greedy && named instanceof Policy drawing ? new GreedyPolicy(drawing) : named;
  }

  private Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    if (sigma != null) {
      options.put("sigma", sigma);
    }
    if (shape != null) {
      options.put("m", shape);
    }
    if (split != null) {
      options.put("p", split);
    }
    return options;
  }

  private static Map<String, Object> document(int action, StepResult step) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("action", action);
    document.put("observation", values(step.observation()));
    document.put("reward", step.reward());
    document.put("terminated", step.terminated());
    document.put("truncated", step.truncated());
    document.put("info", step.info());
    return document;
  }

  private static float[] values(SpaceElement observation) {
    return ((BoxElement) observation).values();
  }

  private static String line(
      String step, String action, SpaceElement observation, @Nullable Object logPerplexity) {
    float[] values = values(observation);
    String measured =
        logPerplexity instanceof Double value ? String.format(Locale.ROOT, "%9.4f", value) : "";
    return String.format(
        Locale.ROOT,
        "%4s %6s %8.4f %8.4f %4d %9s",
        step,
        action,
        values[0],
        values[1],
        (int) values[2],
        measured);
  }
}
