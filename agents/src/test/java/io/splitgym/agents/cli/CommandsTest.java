package io.splitgym.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.optimal.ExactOptimum;
import io.splitgym.agents.optimal.MeanReturns;
import io.splitgym.agents.policy.PolicyFile;
import io.splitgym.channel.ChannelState;
import io.splitgym.cli.CommandExtension;
import io.splitgym.cli.NamedCommand;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.random.RandomStream;
import io.splitgym.server.GymServer;
import io.splitgym.surrogate.ShippedSurrogates;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.surrogate.SurrogateProvenance;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void programFindsTheCommands() {
    assertThat(ServiceLoader.load(CommandExtension.class))
        .flatExtracting(CommandExtension::commands)
        .extracting(NamedCommand::name)
        .contains("train", "active", "play", "optimal", "study", "reward-table", "policy");
  }

  @Test
  void trainPrintsOneJsonDocumentWithEveryBaseline() throws IOException {
    JsonNode result =
        json("train", "--agent=double-dqn", "--steps=80", "--seeds=2", "--episodes=20", "--json");
    assertThat(result.path("agent").asText()).isEqualTo("double-dqn");
    assertThat(result.path("steps").asInt()).isEqualTo(80);
    assertThat(result.path("seeds")).hasSize(2);
    assertThat(result.path("returns")).hasSize(2);
    assertThat(result.path("seconds").asDouble()).isPositive();
    JsonNode mean = result.path("return");
    assertThat(mean.path("mean").asDouble())
        .isBetween(mean.path("low").asDouble(), mean.path("high").asDouble());
    assertThat(result.path("optimalReturn").asDouble())
        .isGreaterThan(result.path("randomReturn").asDouble())
        .isGreaterThan(result.path("stayReturn").asDouble())
        .isGreaterThanOrEqualTo(mean.path("mean").asDouble());
    double random = result.path("randomReturn").asDouble();
    assertThat(result.path("normalizedScore").asDouble())
        .isCloseTo(
            (mean.path("mean").asDouble() - random)
                / (result.path("optimalReturn").asDouble() - random),
            within(1e-9));
    assertThat(result.path("hyperparameters").path("discount").isNumber()).isTrue();
  }

  @Test
  void hyperparametersAreSetByNameAndTold() throws IOException {
    JsonNode result =
        json(
            "train",
            "--steps=40",
            "--episodes=2",
            "--hyperparameter=learningRate=1e-3",
            "--hyperparameter=hiddenUnits=16,8",
            "--hyperparameter=batchSize=4",
            "--json");
    JsonNode told = result.path("hyperparameters");
    assertThat(told.path("learningRate").asDouble()).isEqualTo(1e-3);
    assertThat(told.path("hiddenUnits").toString()).isEqualTo("[16,8]");
    assertThat(told.path("batchSize").asInt()).isEqualTo(4);
    assertThat(told.path("discount").asDouble()).isEqualTo(0.85);

    assertThat(run("train", "--hyperparameter=gamma=0.9")).isEqualTo(2);
    assertThat(err.toString()).contains("hyperparameter is gamma, must be one of hiddenUnits, ");
    assertThat(run("train", "--hyperparameter=discount=1.5")).isEqualTo(2);
    assertThat(err.toString()).contains("discount is 1.5, must be in [0, 1)");
    assertThat(run("train", "--hyperparameter=batchSize=many")).isEqualTo(2);
    assertThat(err.toString()).contains("batchSize is many, must be an integer");
    assertThat(run("train", "--hyperparameter=batchSize")).isEqualTo(2);
  }

  @Test
  void hyperparametersAreReadFromYamlAndOverridden(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("ppo.yaml");
    Files.writeString(file, "hiddenUnits: [8, 8]\nrolloutSteps: 20\nbatchSize: 10\nepochs: 2\n");
    String[] train = {
      "train",
      "--agent=ppo",
      "--steps=60",
      "--episodes=5",
      "--hyperparameters=" + file,
      "--hyperparameter=epochs=3",
      "--json"
    };
    JsonNode result = json(train);
    JsonNode told = result.path("hyperparameters");
    assertThat(told.path("hiddenUnits").toString()).isEqualTo("[8,8]");
    assertThat(told.path("rolloutSteps").asInt()).isEqualTo(20);
    assertThat(told.path("epochs").asInt()).isEqualTo(3);
    assertThat(told.path("clipRange").asDouble()).isEqualTo(0.2);
    assertThat(json(train).path("returns")).isEqualTo(result.path("returns"));

    Files.writeString(file, "hiddenUnits: [8, 8]\nhiddenUnits: [9]\n");
    assertThat(run("train", "--hyperparameters", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--hyperparameters is ").contains("ppo.yaml");
    Files.writeString(file, "epochs:\n");
    assertThat(run("train", "--hyperparameters", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("epochs is left empty");
    for (String other : List.of("", "- epochs\n- 3\n", "epochs")) {
      Files.writeString(file, other);
      assertThat(run("train", "--hyperparameters", file.toString())).isEqualTo(2);
      assertThat(err.toString().strip())
          .endsWith("ppo.yaml, must be YAML with a name and a value on each line");
    }
  }

  @Test
  void everyAlgorithmTrainsAndItsPolicyIsKept(@TempDir Path folder) throws IOException {
    for (String agent : List.of("a2c", "dqn", "ppo")) {
      Path file = folder.resolve(agent);
      JsonNode result =
          json(
              "train",
              "--agent=" + agent,
              "--preset=reference",
              "--steps=30",
              "--episodes=2",
              "--save=" + file,
              "--json");
      assertThat(result.path("agent").asText()).isEqualTo(agent);
      JsonNode played = json("play", "--preset=reference", "--policy=" + file, "--json");
      assertThat(played.path("policy").asText()).isEqualTo(agent);
    }
  }

  @Test
  void evaluationOnTheLlmIsReportedApart() throws IOException {
    JsonNode result =
        json(
            "train",
            "--steps",
            "40",
            "--episodes",
            "5",
            "--evaluate-on",
            "llm",
            "--llm-episodes",
            "2",
            "--json");
    JsonNode llm = result.path("llm");
    assertThat(llm.path("episodes").asInt()).isEqualTo(2);
    assertThat(llm.path("surrogatePlanReturn").isNumber()).isTrue();
    assertThat(llm.has("optimalReturn")).isFalse();
  }

  @Test
  void trainedPolicyIsKeptAndPlayed(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("new/policy.safetensors");
    json("train", "--steps", "40", "--episodes", "2", "--save", file.toString(), "--json");
    JsonNode played = json("play", "--policy", file.toString(), "--json");
    assertThat(played.path("policy").asText()).isEqualTo("double-dqn");
    assertThat(played.path("steps")).hasSize(10);
    assertThat(run("play", "--policy", file.toString(), "--actions", "7")).isEqualTo(2);
    assertThat(err.toString()).contains("--actions is 7, must be the policy's 5");
  }

  @Test
  void playShowsEveryStepAndItsSum() throws IOException {
    JsonNode played =
        json("play", "--policy", "static:9", "--sigma", "0.2", "--m", "1", "--p", "5", "--json");
    double sum = 0;
    for (JsonNode step : played.path("steps")) {
      sum += step.path("reward").asDouble();
    }
    assertThat(played.path("return").asDouble()).isCloseTo(sum, within(1e-12));
    assertThat(played.path("return").asDouble())
        .isLessThanOrEqualTo(played.path("optimalReturn").asDouble());
    assertThat(played.path("steps").get(1).path("observation").get(2).asInt()).isEqualTo(9);

    assertThat(run("play", "--policy", "stay", "--p", "5")).isZero();
    assertThat(out.toString()).contains("ln PPL").contains("the best from this start is");
  }

  @Test
  void planOnTheSurrogateCanBePlayedOnTheLlm() throws IOException {
    JsonNode played = json("play", "--backend", "llm", "--json");
    assertThat(played.path("policy").asText()).isEqualTo("optimal");
    assertThat(played.has("optimalReturn")).isFalse();
  }

  @Test
  void channelsParametersReachTheLlmAndAreToldOfEveryRun() throws IOException {
    JsonNode played = json("play", "--backend", "llm", "--block-tokens", "16", "--json");
    assertThat(played.at("/channelParameters/blockTokens").asInt()).isEqualTo(16);
    JsonNode trained =
        json(
            "train",
            "--backend=llm",
            "--channel=erasure",
            "--packet-elements=8",
            "--steps=20",
            "--llm-episodes=2",
            "--json");
    assertThat(trained.path("channel").asText()).isEqualTo("erasure");
    assertThat(trained.at("/channelParameters/packetElements").asInt()).isEqualTo(8);
    assertThat(run("play", "--not-equalised")).isEqualTo(2);
    assertThat(err.toString()).contains("channelParameters.equalised is false, must be true");
  }

  @Test
  void optimalPrintsTheMeansOverTheStarts() throws IOException {
    JsonNode means = json("optimal", "--preset=reference", "--actions=9", "--json");
    JsonNode trained =
        json(
            "train",
            "--agent=a2c",
            "--preset=reference",
            "--actions=9",
            "--steps=5",
            "--episodes=2000",
            "--json");
    assertThat(means.path("optimal").asDouble())
        .isCloseTo(trained.path("optimalReturn").asDouble(), within(1.0));
    assertThat(means.path("random").asDouble())
        .isCloseTo(trained.path("randomReturn").asDouble(), within(1.0));
    assertThat(means.path("alwaysStay").asDouble())
        .isCloseTo(trained.path("stayReturn").asDouble(), within(0.05));
    assertThat(means.path("error").asDouble()).isLessThan(1e-3);
  }

  @Test
  void optimumOverTheMeasurementsIsNearThatOverWhatWasFittedToThem(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("measured.csv");
    try (InputStream shipped =
        Objects.requireNonNull(
            SurrogateModel.class.getResourceAsStream("smollm2-135m-erasure.csv"))) {
      Files.copy(shipped, file);
    }
    JsonNode measured = json("optimal", "--preset=reference", "--measurements=" + file, "--json");
    JsonNode trained =
        json(
            "train",
            "--agent=a2c",
            "--preset=reference",
            "--steps=5",
            "--episodes=20",
            "--measurements=" + file,
            "--json");
    JsonNode judged = trained.path("measurements");
    // the surrogate here is a formula, the measurements are the LLM's: each has its own optimum
    assertThat(judged.path("optimalReturn").asDouble())
        .isCloseTo(measured.path("optimal").asDouble(), withinPercentage(20))
        .isNotCloseTo(trained.path("optimalReturn").asDouble(), within(0.01));
    assertThat(judged.at("/regret/mean").asDouble())
        .isCloseTo(
            judged.path("optimalReturn").asDouble() - judged.at("/return/mean").asDouble(),
            within(1e-9));
    assertThat(measured.path("backend").asText()).isEqualTo("measurements");
    assertThat(measured.path("optimal").asDouble())
        .isGreaterThan(measured.path("random").asDouble());
    SurrogateModel fitted = ShippedSurrogates.load("erasure");
    var parameters = SplitInferenceParameters.of(Preset.REFERENCE, fitted.layers());
    assertThat(measured.path("optimal").asDouble())
        .isCloseTo(
            MeanReturns.of(new ExactOptimum(fitted, parameters), parameters).returns().optimal(),
            withinPercentage(5));

    assertThat(run("optimal", "--preset=L", "--measurements=" + file)).isEqualTo(2);
    assertThat(err.toString()).contains("measured.csv, must be of the channel fading-awgn");
  }

  @Test
  void theOptimumOfARandomChannelIsToldWithItsError() throws IOException {
    JsonNode trained =
        json(
            "train",
            "--agent=a2c",
            "--dynamics=gauss-markov",
            "--steps=5",
            "--episodes=10",
            "--json");
    assertThat(trained.path("optimalReturn").asDouble())
        .isGreaterThan(trained.path("randomReturn").asDouble());
    assertThat(trained.path("optimalReturnError").asDouble()).isPositive().isLessThan(0.2);
    assertThat(run("play", "--policy=stay", "--dynamics=gauss-markov")).isZero();
    assertThat(trained.path("normalizedScore").isNumber()).isTrue();
    assertThat(trained.at("/regret/mean").asDouble())
        .isCloseTo(
            trained.path("optimalReturn").asDouble() - trained.at("/return/mean").asDouble(),
            within(1e-9));
    JsonNode played = json("play", "--policy=optimal", "--preset=varying", "--json");
    assertThat(played.path("steps")).hasSize(10);
    assertThat(run("play", "--policy=greedy", "--preset=varying")).isZero();
    assertThat(run("train", "--dynamics=tides")).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"static", "reference-drift", "gauss-markov"})
  void scoreAndRegretAreToldUnderAnyDynamics(String dynamics) throws IOException {
    JsonNode trained =
        json(
            "train",
            "--agent=a2c",
            "--dynamics=" + dynamics,
            "--steps=5",
            "--episodes=4",
            "--json");
    double optimal = trained.path("optimalReturn").asDouble();
    double random = trained.path("randomReturn").asDouble();
    double mean = trained.at("/return/mean").asDouble();
    assertThat(trained.path("normalizedScore").asDouble())
        .isCloseTo((mean - random) / (optimal - random), within(1e-9));
    assertThat(trained.at("/regret/mean").asDouble()).isCloseTo(optimal - mean, within(1e-9));
  }

  @Test
  void theBestSplitOfAStateIsThePapersArgmin() throws IOException {
    JsonNode told = json("optimal", "--sigma=0.2", "--m=1", "--json");
    AnalyticModel model = new AnalyticModel();
    double least = Double.POSITIVE_INFINITY;
    int best = 0;
    for (int p = 1; p <= 29; p++) {
      double cost =
          model.logPerplexity(new ChannelState(0.2, 1), p, RandomStream.ofSeed(0)).value()
              + p / 30.0;
      if (cost < least) {
        least = cost;
        best = p;
      }
    }
    assertThat(told.path("bestSplit").asInt()).isEqualTo(best);
    assertThat(told.path("bestReward").asDouble())
        .isCloseTo(model.cleanLogPerplexity() - least, within(1e-9));
    // an episode that starts there stays there
    assertThat(told.path("optimal").asDouble())
        .isCloseTo(told.path("alwaysStay").asDouble(), within(1e-9));
    assertThat(json("optimal", "--sigma=0.2", "--m=1", "--p=3", "--json").path("p").asInt())
        .isEqualTo(3);
    assertThat(run("optimal", "--sigma=0.2")).isEqualTo(2);
    assertThat(run("optimal", "--sigma=0.4", "--m=1")).isEqualTo(2);
    assertThat(err.toString()).contains("--m is left out", "--sigma is 0.4, must be in [0");
  }

  @Test
  void theRewardTableIsWrittenWithItsMetadata(@TempDir Path folder) throws IOException {
    Path csv = folder.resolve("table.csv");
    JsonNode told =
        json("reward-table", "--output=" + csv, "--preset=H", "--sigmas=3", "--ms=2", "--json");
    assertThat(told.path("cells").asInt()).isEqualTo(3 * 2 * 29);
    assertThat(Files.readAllLines(csv)).hasSize(1 + 3 * 2 * 29);
    JsonNode about = JSON.readTree(Files.readString(folder.resolve("table.csv.json")));
    assertThat(about.path("preset").asText()).isEqualTo("H");
    assertThat(about.at("/parameters/sigmaRange/0").asDouble()).isEqualTo(0.15);
    assertThat(run("reward-table", "--output=" + folder.resolve("table.npz"))).isZero();
    assertThat(folder.resolve("table.npz")).isNotEmptyFile();
    assertThat(run("reward-table", "--output=" + folder.resolve("table.txt"))).isEqualTo(2);
    assertThat(err.toString()).contains("must be a name that ends in .npz or .csv");
  }

  @Test
  void aSurrogateOfAnotherChannelIsRefused(@TempDir Path folder) throws IOException {
    Path fading = surrogate(folder, ShippedSurrogates.load("fading-awgn"));
    for (String command : List.of("optimal", "play", "train", "reward-table")) {
      List<String> arguments =
          new ArrayList<>(List.of(command, "--preset=reference", "--surrogate=" + fading));
      if (command.equals("reward-table")) {
        arguments.add("--output=" + folder.resolve("table.npz"));
      }
      assertThat(run(arguments.toArray(String[]::new))).isEqualTo(2);
      assertThat(err.toString())
          .contains("--surrogate is " + fading + ", must be of the channel erasure here; it is of");
      err.getBuffer().setLength(0);
    }
    assertThat(
            run(
                "optimal",
                "--preset=reference",
                "--channel=fading-awgn",
                "--surrogate",
                "" + fading))
        .isZero();
  }

  @Test
  void twoSurrogatesOfOneChannelAreRefused(@TempDir Path folder) throws IOException {
    Path first = surrogate(folder, ShippedSurrogates.load("fading-awgn"));
    Path second = Files.copy(first, folder.resolve("again"));
    assertThat(run("optimal", "--surrogate=" + first, "--surrogate=" + second)).isEqualTo(2);
    assertThat(err.toString())
        .contains("--surrogate is " + second + ", must be the only one of the channel fading-awgn")
        .contains(first.toString());
  }

  @Test
  void aSurrogateIsRefusedWhereNoneIsAsked(@TempDir Path folder) throws IOException {
    Path file = surrogate(folder, ShippedSurrogates.load("fading-awgn"));
    assertThat(run("optimal", "--measurements=m.csv", "--surrogate=" + file)).isEqualTo(2);
    assertThat(err.toString()).contains("must be left out with --measurements");
  }

  @Test
  void theFingerprintTellsWhichSurrogateAnswered(@TempDir Path folder) throws IOException {
    SurrogateModel shipped = ShippedSurrogates.load("erasure");
    SurrogateProvenance told = shipped.provenance();
    SurrogateModel other =
        shipped.withProvenance(
            new SurrogateProvenance(
                "another",
                told.modelHash(),
                told.layers(),
                told.corpus(),
                told.corpusHash(),
                told.windows(),
                told.precision(),
                told.channel(),
                told.cleanLogPerplexity(),
                told.dataHash(),
                told.seed(),
                told.errors()));
    String usual = fingerprint("optimal", "--preset=reference");
    assertThat(usual).isEqualTo(SurrogateFile.fingerprint(shipped));
    assertThat(
            fingerprint("optimal", "--preset=reference", "--surrogate=" + surrogate(folder, other)))
        .isEqualTo(SurrogateFile.fingerprint(other))
        .isNotEqualTo(usual);
    assertThat(run("optimal")).isZero();
    assertThat(out.toString()).contains("over the surrogate of SHA-256 formula");
    assertThat(json("play", "--json").path("fingerprint").asText()).isEqualTo("formula");
    JsonNode trained =
        json(
            "train",
            "--steps=20",
            "--episodes=2",
            "--evaluate-on=llm",
            "--llm-episodes=1",
            "--json");
    assertThat(trained.path("fingerprint").asText()).isEqualTo("formula");
    assertThat(trained.at("/llm/fingerprint").asText()).isEqualTo("formula");
    assertThat(trained.at("/llm/surrogatePlanFingerprint").asText()).isEqualTo("formula");
  }

  private static Path surrogate(Path folder, SurrogateModel surrogate) throws IOException {
    return Files.write(folder.resolve("given.safetensors"), SurrogateFile.write(surrogate));
  }

  /** What this machine's models have, not the formula. */
  private String fingerprint(String... arguments) throws IOException {
    StringWriter printed = new StringWriter();
    assertThat(
            new CommandLine(new Root())
                .addSubcommand(new OptimalCommand(OpenModels::ofThisMachine))
                .setOut(new PrintWriter(printed, true))
                .execute(
                    Stream.concat(Stream.of(arguments), Stream.of("--json"))
                        .toArray(String[]::new)))
        .isZero();
    return JSON.readTree(printed.toString()).path("fingerprint").asText();
  }

  @Test
  void whatOnlyAnLlmOrItsTextHasAUseForIsRefusedElsewhere() {
    assertThat(run("play", "--model=smollm2-135m")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--model is smollm2-135m, must be left out without --backend llm or --generate");
    assertThat(run("play", "--tokens=3")).isEqualTo(2);
    assertThat(err.toString()).contains("--tokens is 3, must be left out without --generate");
    assertThat(run("train", "--steps=20", "--model=smollm2-135m")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--model is smollm2-135m, must be left out without --backend llm or --evaluate-on llm");
  }

  @Test
  void aModelForTheLlmIsANameOrAPath(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("own.gguf"), "any");
    for (String model : List.of("smollm2-135m", file.toString())) {
      assertThat(run("play", "--backend=llm", "--policy=stay", "--model=" + model)).isZero();
    }
    assertThat(run("play", "--backend=llm", "--policy=stay", "--model=nosuch")).isEqualTo(2);
    assertThat(err.toString()).contains("model is nosuch, must be one of [smollm2-135m");
  }

  @Test
  void whatATrainingNeedsIsLookedAtBeforeIt(@TempDir Path folder) throws IOException {
    Path policy = folder.resolve("policy");
    String[] train = {
      "train", "--steps=40", "--episodes=2", "--save=" + policy, "--compare=nosuch"
    };
    assertThat(run(train)).isEqualTo(2);
    assertThat(err.toString()).contains("--compare is nosuch, must be random, stay,");
    assertThat(policy).doesNotExist();

    Path file = Files.writeString(folder.resolve("file"), "no folder");
    for (String wrong : List.of(file + "/policy", folder.toString())) {
      assertThat(run("train", "--steps=40", "--episodes=2", "--save=" + wrong)).isEqualTo(2);
      assertThat(err.toString())
          .contains("--save is " + wrong + ", must be a file that can be written: ")
          .doesNotContain(".part");
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void filesThatCantBeReadAreNamedWithTheirOption(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "0,1\n");
    Path binary = Files.write(folder.resolve("binary"), new byte[] {-1, -2, -3, 0, 1, 2, 3, 4, 5});
    for (String[] wrong :
        new String[][] {
          {"--surrogate", "nosuch", "a surrogate: there is no such file"},
          {"--surrogate", text.toString(), "a surrogate: "},
          {
            "--measurements",
            "nosuch",
            "a CSV that the command measure wrote: there is no such file"
          },
          {"--measurements", text.toString(), "measure wrote: line 1 is 0,1, must be"},
          {"--measurements", binary.toString(), "measure wrote: it isn't UTF-8 text"},
        }) {
      assertThat(run("optimal", wrong[0], wrong[1])).isEqualTo(2);
      assertThat(err.toString()).contains(wrong[0] + " is " + wrong[1] + ", must be ");
      assertThat(err.toString()).contains(wrong[2]);
    }
    assertThat(run("play", "--policy=" + text)).isEqualTo(2);
    assertThat(err.toString()).contains("--policy is " + text + ", must be the file of a trained");
  }

  @Test
  void seedsBeyondTheLastOneAreRefused() {
    assertThat(run("train", "--seed=9223372036854775806", "--seeds=2")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--seed is 9223372036854775806, must be at most 9223372036854775805 with 2 from");
  }

  @Test
  void aKeptPolicySaysWhereItComesFrom(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("policy");
    json("train", "--preset=reference", "--steps=40", "--episodes=2", "--save=" + file, "--json");
    Map<String, String> about = PolicyFile.read(Files.readAllBytes(file)).about();
    assertThat(about)
        .containsEntry("fingerprint", "formula")
        .containsEntry("version", GymServer.version())
        .containsEntry("steps", "40");
    assertThat(JSON.readTree(about.get("hyperparameters")).path("discount").asDouble())
        .isEqualTo(0.85);
    assertThat(JSON.readTree(about.get("reward")).path("kind").asText()).isEqualTo("reference");
  }

  @Test
  void helpIsWhole() {
    assertThat(run("train", "--help")).isZero();
    assertThat(run("play", "--help")).isZero();
    // what picocli can't format it leaves as it is, so that %% stays doubled
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("95 % bootstrap")
        .contains("--policy")
        .doesNotContain("%%");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void wrongUseIsNamed() {
    assertThat(run("train", "--agent", "sarsa")).isEqualTo(2);
    assertThat(err.toString())
        .contains("agent is sarsa, must be one of a2c, double-dqn, dqn, ppo, rl4j-a2c, rl4j-ppo");
    assertThat(run("train", "--backend", "gpu")).isEqualTo(2);
    assertThat(run("train", "--steps", "0")).isEqualTo(2);
    assertThat(run("train", "--actions", "4")).isEqualTo(2);
    assertThat(run("play", "--policy", "static:many")).isEqualTo(2);
    assertThat(run("play", "--policy", "missing.safetensors")).isEqualTo(2);
    assertThat(run("play", "--preset", "B")).isEqualTo(2);
    assertThat(run("play", "--channel", "tin-cans")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  private JsonNode json(String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(run(arguments)).as(err.toString()).isZero();
    return JSON.readTree(out.toString());
  }

  private int run(String... arguments) {
    return CommandRun.of(
        new CommandLine(new Root())
            .addSubcommand(
                new TrainCommand((models, data, precision, hiddenStates, surrogates) -> fake()))
            .addSubcommand(
                new PlayCommand((models, data, precision, hiddenStates, surrogates) -> fake()))
            .addSubcommand(
                new OptimalCommand((models, data, precision, hiddenStates, surrogates) -> fake()))
            .addSubcommand(
                new RewardTableCommand(
                    (models, data, precision, hiddenStates, surrogates) -> fake())),
        out,
        err,
        arguments);
  }

  private static OpenModels fake() {
    return new OpenModels(new FakeModels(), () -> {});
  }

  @CommandLine.Command(name = "splitgym")
  private static final class Root {}
}
