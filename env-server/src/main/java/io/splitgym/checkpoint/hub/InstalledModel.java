package io.splitgym.checkpoint.hub;

import java.nio.file.Path;

/**
 * What lies in the cache folder under a model's name, hashed as it is now.
 *
 * @param model what it should be
 * @param path the file
 * @param bytes its size
 * @param sha256 its digest
 */
public record InstalledModel(CatalogueModel model, Path path, long bytes, Sha256 sha256) {
  /** Whether the file is what the catalogue says; otherwise it was damaged after its pull. */
  public boolean intact() {
    return bytes == model.bytes() && sha256.equals(model.sha256());
  }
}
