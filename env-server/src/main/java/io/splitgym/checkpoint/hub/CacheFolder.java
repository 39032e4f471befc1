package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that pulled models live in.
 *
 * @param folder the folder, which need not exist
 */
record CacheFolder(Path folder) implements ModelSource {
  @Override
  public String place(CatalogueModel model) {
    return "the cache folder " + folder;
  }

  @Override
  public Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException {
    Path file = folder.resolve(model.fileName());
    if (!Files.isRegularFile(file)) {
      return new Offer.Nothing("not there");
    }
    Sha256 actual = Sha256.of(file);
    if (!actual.equals(model.sha256())) {
      throw new WrongChecksumException(file.toString(), actual, model.sha256());
    }
    return new Offer.InPlace(file);
  }
}
