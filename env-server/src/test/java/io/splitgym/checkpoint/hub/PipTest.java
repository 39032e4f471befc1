package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in for Python is a shell script")
class PipTest {
  private static final WheelPart PART =
      new WheelPart("tiny-package", "1.0", 10, new Sha256("0".repeat(64)), "entry", 10);

  @TempDir private Path home;

  private String python(String body) throws IOException {
    Path script = home.resolve("fake-python");
    Files.writeString(script, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  private Path fetch(String... interpreters) throws IOException {
    Path folder = Files.createTempDirectory(home, "work");
    return new Pip(List.of(interpreters)).fetch(PART, folder, PullListener.silent());
  }

  /** Sets $dest to the option's value. */
  private static final String FIND_DEST =
      "while [ $# -gt 0 ]; do [ \"$1\" = --dest ] && dest=$2; last=$1; shift; done\n";

  @Test
  void pipIsAskedForThatOneWheelAndNoSourceDistribution() throws Exception {
    String script =
        python(
            "echo \"$@\" > "
                + home.resolve("arguments")
                + "\n"
                + FIND_DEST
                + "echo wheel > \"$dest/tiny.whl\"\n");
    assertThat(fetch(script)).hasContent("wheel");
    assertThat(Files.readString(home.resolve("arguments")))
        .startsWith("-m pip download --no-deps --only-binary :all: ")
        .endsWith(" tiny-package==1.0\n");
  }

  @Test
  void pipsTemporaryFilesStayInTheFolderThatIsCleanedUp() throws Exception {
    String script = python(FIND_DEST + "echo \"$TMPDIR\" > \"$dest/tiny.whl\"\n");
    assertThat(Files.readString(fetch(script)).strip()).startsWith(home.toString());
  }

  @Test
  void pipsOwnErrorIsTheReason() throws Exception {
    String script =
        python(
            "echo looking around\n"
                + "echo 'ERROR: No matching distribution found for tiny-package==1.0' >&2\n"
                + "echo a last word\nexit 1\n");
    assertThatThrownBy(() -> fetch(script))
        .isInstanceOf(IOException.class)
        .hasMessage("pip failed: ERROR: No matching distribution found for tiny-package==1.0");
  }

  @Test
  void anInterpreterThatIsNotThereIsPassedBy() throws Exception {
    String script = python(FIND_DEST + "echo wheel > \"$dest/tiny.whl\"\n");
    assertThat(fetch(home.resolve("absent").toString(), script)).hasContent("wheel");
  }

  @Test
  void aMachineWithoutPythonIsToldSo() {
    String absent = home.resolve("absent").toString();
    assertThatThrownBy(() -> fetch(absent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Python isn't there");
  }

  @Test
  void anythingButOneFileIsRefused() throws Exception {
    String script = python("exit 0\n");
    assertThatThrownBy(() -> fetch(script)).hasMessageContaining("pip left 0 files");
  }
}
