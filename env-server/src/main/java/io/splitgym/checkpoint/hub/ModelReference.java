package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** How a user says which model: by a catalogue name or by a path. */
public sealed interface ModelReference {
  /** A model of the catalogue. */
  record Named(CatalogueModel model) implements ModelReference {}

  /** A user's own file, or folder with config.json and what belongs to it. */
  record UserFile(Path path) implements ModelReference {}

  /**
   * Reads what the user typed. A catalogue name wins over a file of the same name, which {@code
   * ./NAME} still reaches.
   *
   * @throws InvalidValueException when it is neither a known name nor an existing model
   */
  static ModelReference parse(String text, Catalogue catalogue) {
    return catalogue
        .find(text)
        .<ModelReference>map(Named::new)
        .orElseGet(() -> userFile(text, catalogue));
  }

  private static UserFile userFile(String text, Catalogue catalogue) {
    try {
      Path path = Path.of(text);
      if (Files.isRegularFile(path) || Files.isRegularFile(path.resolve("config.json"))) {
        return new UserFile(path);
      }
    } catch (InvalidPathException e) {
      // What can't be a path is no file; the message below says what would do.
    }
    throw new InvalidValueException(
        "model",
        text,
        "one of " + catalogue.names() + " or the path of a GGUF file or a Hugging Face folder");
  }
}
