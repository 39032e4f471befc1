package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that the user has.
 *
 * @param path the file, or a folder that holds it under the catalogue's file name
 */
record LocalCopy(Path path) implements ModelSource {
  @Override
  public String place(CatalogueModel model) {
    return file(model).toString();
  }

  @Override
  public Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException {
    Path file = file(model);
    return Files.isRegularFile(file)
        ? new Offer.Content(Files.newInputStream(file))
        : new Offer.Nothing("no such file");
  }

  private Path file(CatalogueModel model) {
    return Files.isDirectory(path) ? path.resolve(model.fileName()) : path;
  }
}
