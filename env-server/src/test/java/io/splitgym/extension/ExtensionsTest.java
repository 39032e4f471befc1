package io.splitgym.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionsTest {
  private static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter.Number("rate", 0.5, 0, 1, "A rate."),
          new Parameter.Whole("count", 3, 1, 9, "A count."),
          new Parameter.Flag("loud", false, "Loud."),
          new Parameter.Choice("colour", List.of("red", "green"), "A colour."));

  @TempDir private Path folder;

  @Test
  void whatIsLeftOutHasItsDefaultAndWhatIsGivenIsOfItsType() {
    Parameters usual = Parameters.of("p", PARAMETERS, Map.of());
    assertThat(usual.asMap())
        .isEqualTo(Map.of("rate", 0.5, "count", 3, "loud", false, "colour", "red"));
    Parameters given =
        Parameters.of("p", PARAMETERS, Map.of("rate", 1, "count", 4.0, "loud", true));
    assertThat(given.number("rate")).isEqualTo(1.0);
    assertThat(given.integer("count")).isEqualTo(4);
    assertThat(given.flag("loud")).isTrue();
    assertThat(given.text("colour")).isEqualTo("red");
    assertThat(Parameters.ofTexts("p", PARAMETERS, given.asTexts())).isEqualTo(given);
    assertThat(given).isNotEqualTo(usual);
  }

  @Test
  void whatIsNotAllowedIsNamedByItsPath() {
    refused("rate", 1.5, "p.rate is 1.5, must be in [0.0, 1.0]");
    refused("rate", Double.NaN, "p.rate is NaN, must be in [0.0, 1.0]");
    refused("rate", "0.5", "p.rate is \"0.5\", must be in [0.0, 1.0]");
    refused("count", "3", "p.count is \"3\", must be an integer in [1, 9]");
    refused("loud", "true", "p.loud is \"true\", must be true or false");
    refused("rate", List.of(1), "p.rate is [1], must be in [0.0, 1.0]");
    refused("count", 2.5, "p.count is 2.5, must be an integer in [1, 9]");
    refused("loud", "very", "p.loud is \"very\", must be true or false");
    refused("colour", "blue", "p.colour is blue, must be one of red, green");
    refused("size", 1, "p.size is 1, must be absent; known are rate, count, loud, colour");
  }

  @Test
  void textsOfACommandLineAreRead() {
    assertThat(
            Parameters.ofTexts(
                    "p",
                    PARAMETERS,
                    Map.of("rate", "0.25", "count", "4", "loud", "true", "colour", "green"))
                .asMap())
        .isEqualTo(Map.of("rate", 0.25, "count", 4, "loud", true, "colour", "green"));
    assertThatThrownBy(() -> Parameters.ofTexts("p", PARAMETERS, Map.of("rate", "much")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("p.rate is \"much\", must be in [0.0, 1.0]");
  }

  @Test
  void extensionsAreFoundByNameInOrder() throws IOException {
    try (var here =
        new OnClassPath(folder, Extension.class, Zebra.class.getName(), Antelope.class.getName())) {
      assertThat(Extensions.all(Extension.class, List.of()))
          .extracting(Extension::name)
          .containsExactly("antelope", "zebra");
      Installed<Extension> installed = Installed.onClassPath(Extension.class, List.of());
      assertThat(installed.find("zebra")).isPresent();
      assertThat(installed.find("okapi")).isEmpty();
      assertThat(installed.fingerprint("zebra")).isEqualTo(Extensions.fingerprint(new Zebra()));
      assertThatThrownBy(() -> Extensions.all(Extension.class, List.of("zebra")))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("name of " + Zebra.class.getName() + " is zebra");
    }
    assertThat(Installed.onClassPath(Extension.class, List.of()).all()).isEmpty();
  }

  @Test
  void twoOfOneNameAndWhatCannotBeMadeAreRefused() throws IOException {
    try (var here =
        new OnClassPath(
            folder, Extension.class, Zebra.class.getName(), OtherZebra.class.getName())) {
      assertThatThrownBy(() -> Extensions.all(Extension.class, List.of()))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("another than that of");
    }
    try (var here = new OnClassPath(folder, Extension.class, "example.Missing")) {
      assertThatThrownBy(() -> Extensions.all(Extension.class, List.of()))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("example.Missing not found");
    }
  }

  @Test
  void parametersWhoseNamesCannotBeToldApartAreRefused() throws IOException {
    for (Class<?> wrong : List.of(Twice.class, Hyphen.class)) {
      try (var here = new OnClassPath(folder, Extension.class, wrong.getName())) {
        assertThatThrownBy(() -> Extensions.all(Extension.class, List.of()))
            .isInstanceOf(InvalidValueException.class)
            .hasMessageContaining("a parameter of " + wrong.getName());
      }
    }
  }

  @Test
  void fingerprintTellsCodeFromOtherCode() {
    String zebra = Extensions.fingerprint(new Zebra());
    assertThat(zebra).matches("[0-9a-f]{64}").isEqualTo(Extensions.fingerprint(new Zebra()));
    assertThat(Extensions.fingerprint(new Parameter.Flag("a", true, "")))
        .isNotEqualTo(zebra)
        .isEqualTo(Extensions.fingerprint(new Parameter.Flag("b", true, "")));
  }

  private static void refused(String name, Object value, String message) {
    assertThatThrownBy(() -> Parameters.of("p", PARAMETERS, Map.of(name, value)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(message);
  }

  public static class Zebra implements Extension {
    @Override
    public String name() {
      return "zebra";
    }

    @Override
    public String description() {
      return "Stripes.";
    }
  }

  public static final class Twice extends Zebra {
    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter.Flag("a", true, ""), new Parameter.Flag("a", false, ""));
    }
  }

  public static final class Hyphen extends Zebra {
    @Override
    public List<Parameter> parameters() {
      return List.of(new Parameter.Flag("provider-code", true, ""));
    }
  }

  public static final class OtherZebra extends Zebra {}

  public static final class Antelope extends Zebra {
    @Override
    public String name() {
      return "antelope";
    }
  }
}
