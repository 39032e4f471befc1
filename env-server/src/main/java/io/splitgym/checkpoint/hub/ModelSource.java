package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A place that may have a model's file. None is trusted: what it gives is checked against the
 * catalogue.
 */
public sealed interface ModelSource
    permits LocalCopy, CacheFolder, HuggingFaceCache, HuggingFaceHub, PythonWheels {
  /** The place, for messages. */
  String place(CatalogueModel model);

  /**
   * Looks for the model.
   *
   * @param work a folder for temporary files, which the caller deletes afterwards
   * @throws IOException when the place failed; the next source may still have the model
   */
  Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException;
}
