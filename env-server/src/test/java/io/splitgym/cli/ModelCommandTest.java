package io.splitgym.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.checkpoint.hub.ModelReference;
import io.splitgym.checkpoint.hub.RealModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelCommandTest {
  private static final String SHA256 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path home;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String models() {
    return "--models=" + home.resolve("models");
  }

  private JsonNode document() throws Exception {
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void listNamesEveryModelAndWhetherItIsHere() {
    assertThat(run("model", "list", models())).isZero();
    assertThat(out.toString()).contains("smollm2-135m", "98,362,432", "Apache-2.0", "not here");
  }

  @Test
  void listAsJsonIsOneDocument() throws Exception {
    assertThat(run("model", "list", models(), "--json")).isZero();
    JsonNode first = document().get("models").get(0);
    assertThat(first.get("name").asText()).isEqualTo("smollm2-135m");
    assertThat(first.get("state").asText()).isEqualTo("not here");
    assertThat(first.get("path").isNull()).isTrue();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void infoTellsHowToGetWhatIsNotHere() {
    assertThat(run("model", "info", "smollm2-135m", models())).isZero();
    assertThat(out.toString()).contains(SHA256, "./splitgym model pull smollm2-135m");
  }

  @Test
  void infoTellsOfADamagedFile() throws Exception {
    Path folder = Files.createDirectory(home.resolve("models"));
    Files.write(folder.resolve("SmolLM2-135M-Instruct.Q4_1.gguf"), new byte[] {1});
    assertThat(run("model", "info", "smollm2-135m", models())).isZero();
    assertThat(out.toString()).contains("damaged");
  }

  @Test
  void termsAreShownAndMustBeTaken() {
    assertThat(run("model", "pull", "gemma3-270m", models())).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("Gemma Terms of Use", "Prohibited Use Policy", "--accept-license is not given");
    assertThat(home.resolve("models")).doesNotExist();
  }

  @Test
  void termsOnceTakenThePullGoesOn() {
    String absent = home.resolve("absent.gguf").toString();
    assertThat(run("model", "pull", "gemma3-270m", "--accept-license", "--from", absent, models()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("absent.gguf: no such file");
  }

  @Test
  void infoTellsOfTermsAndOfTheCommandThatTakesThem() {
    assertThat(run("model", "info", "gemma3-270m", models())).isZero();
    assertThat(out.toString())
        .contains("https://ai.google.dev/gemma/terms", "gemma3-270m --accept-license");
  }

  @Test
  void anUnknownNameIsWrongUse() {
    assertThat(run("model", "pull", "gpt-5", models())).isEqualTo(2);
    assertThat(err.toString())
        .contains("model is gpt-5, must be one of [smollm2-135m, gemma3-270m]");
    assertThat(run("model", "info", "gpt-5", models())).isEqualTo(2);
  }

  @Test
  void aModelCommandWithoutAVerbIsWrongUse() {
    assertThat(run("model")).isEqualTo(2);
    assertThat(err.toString()).contains("pull, list, info");
  }

  @Test
  void aWrongFileFailsThePullWithBothDigestsAndNothingOnStandardOutput() throws Exception {
    Path wrong = Files.write(home.resolve("wrong.gguf"), new byte[] {1, 2, 3});
    assertThat(run("model", "pull", "smollm2-135m", "--from", wrong.toString(), models(), "--json"))
        .isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains(SHA256, "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
  }

  @Test
  void infoOnAUsersOwnFileTellsWhatItIs() {
    assertThat(run("model", "info", RealModel.smollm2().toString(), models())).isZero();
    assertThat(out.toString()).contains("own file", SHA256, "llama", "49152");
  }

  @Test
  void infoKnowsTheNameOfAUsersOwnFile() {
    String named = "mine=" + RealModel.smollm2();
    assertThat(run("model", "info", "mine", models(), "--llm", named)).isZero();
    assertThat(out.toString()).contains("own file", SHA256);
  }

  @Test
  void aUsersOwnModelsAreListedToo() throws Exception {
    Path file = Files.createFile(home.resolve("mine.gguf").toAbsolutePath());
    String[] list = {
      "model", "list", models(), "--llm=mine=" + file, "--llm=all=" + home, "--llm=lost=/no/where"
    };
    assertThat(run(list)).isZero();
    assertThat(out.toString())
        .containsPattern("mine +own file +" + file)
        .containsPattern("all +own folder +" + home)
        .containsPattern("lost +not here +/no/where");
    out.getBuffer().setLength(0);
    assertThat(run("model", "list", models(), "--llm=mine=" + file, "--json")).isZero();
    assertThat(document().at("/own/0/path").asText()).isEqualTo(file.toString());
    assertThat(document().get("models")).hasSize(2);
  }

  @Test
  void aFileWithTheNameOfAnotherModelIsReachedAllTheSame() throws Exception {
    Path file = Files.createFile(home.resolve("smollm2-135m"));
    ModelsOption option = new ModelsOption();
    assertThat(option.name(file.toString())).isEqualTo("./smollm2-135m");
    assertThat(option.store().reference("./smollm2-135m"))
        .isEqualTo(new ModelReference.UserFile(file));
  }

  @Test
  void infoOnAFileThatIsNoGgufFails() throws Exception {
    Path text = Files.writeString(home.resolve("notes.txt"), "not a model at all, only words");
    assertThat(run("model", "info", text.toString(), models())).isEqualTo(1);
    assertThat(err.toString()).contains("notes.txt");
  }

  @Test
  void aRealFileIsPulledAndTheRestKnowsIt() throws Exception {
    String real = RealModel.smollm2().toString();
    assertThat(run("model", "pull", "smollm2-135m", "--from", real, models(), "--json")).isZero();
    assertThat(document().get("fetched").asBoolean()).isTrue();
    assertThat(document().get("sha256").asText()).isEqualTo(SHA256);
    assertThat(Path.of(document().get("path").asText())).hasSize(98_362_432);
    out.getBuffer().setLength(0);
    assertThat(run("model", "info", "smollm2-135m", models(), "--json")).isZero();
    assertThat(document().get("state").asText()).isEqualTo("installed");
    JsonNode facts = document().get("facts");
    assertThat(facts.get("architecture").asText()).isEqualTo("llama");
    assertThat(facts.get("layers").asInt()).isEqualTo(30);
    assertThat(facts.get("vocabulary").asInt()).isEqualTo(49_152);
    assertThat(facts.get("parameters").asLong()).isEqualTo(134_515_008);
  }
}
