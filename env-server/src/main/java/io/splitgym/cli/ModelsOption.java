package io.splitgym.cli;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.hub.Catalogue;
import io.splitgym.checkpoint.hub.ModelReference;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.cli.configuration.Configurable;
import io.splitgym.cli.configuration.NamedPath;
import io.splitgym.decoder.TransformerShape;
import io.splitgym.validation.InvalidValueException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where models live: the mixin of every command that pulls or reads one. */
@Configurable
public final class ModelsOption {
  private static final String OPTION = "--llm";

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Where models live (default: splitgym/models in the XDG cache folder).")
  private @Nullable Path folder;

  @Option(
      names = OPTION,
      paramLabel = "NAME=PATH",
      converter = NamedPath.Converter.class,
      description =
          "A model of your own, a GGUF file or a Hugging Face folder: NAME then stands for it"
              + " wherever a model is named, over HTTP as llm.model too; may be given several times.")
  private List<NamedPath> own = List.of();

  /**
   * The models of the chosen folder, and those that were named.
   *
   * @throws InvalidValueException if two models would go by one name
   */
  public ModelStore store() {
    Map<String, String> environment = System.getenv();
    Path home = Path.of(System.getProperty("user.home"));
    Catalogue catalogue = Catalogue.standard();
    Map<String, Path> named = new LinkedHashMap<>();
    for (NamedPath each : own) {
      if (catalogue.find(each.name()).isPresent()
          || named.putIfAbsent(each.name(), each.path()) != null) {
        throw new InvalidValueException(
            OPTION, each, "of a name that no other model has, be it in the catalogue or here");
      }
    }
    return ModelStore.open(
            catalogue,
            folder != null ? folder : ModelStore.standardFolder(environment, home),
            environment,
            home)
        .naming(named);
  }

  /**
   * The name that stands for a model. One of which there is only a path goes by its file's name
   * from now on, so stores must be asked for after this; by {@code ./NAME} where that name means
   * another.
   *
   * @throws InvalidValueException if it is neither a name nor a model's path
   */
  public String name(String nameOrPath) {
    List<String> taken = store().names();
    if (taken.contains(nameOrPath)) {
      return nameOrPath;
    }
    ModelReference.UserFile file =
        (ModelReference.UserFile) ModelReference.parse(nameOrPath, Catalogue.standard());
    Path path = file.path().toAbsolutePath().normalize();
    String name = String.valueOf(path.getFileName());
    NamedPath named = new NamedPath(taken.contains(name) ? "./" + name : name, path);
    own = Stream.concat(own.stream(), Stream.of(named)).toList();
    return named.name();
  }

  /**
   * Looks whether the named ones are models, as far as that is quick to tell.
   *
   * @throws InvalidValueException naming one that isn't there, or that can't be evaluated
   */
  void requireThere() {
    for (NamedPath each : own) {
      GivenFile.read(
          OPTION,
          each.path(),
          "a GGUF file or a Hugging Face folder that can be evaluated",
          path -> TransformerShape.of(Checkpoint.open(path)));
    }
  }
}
