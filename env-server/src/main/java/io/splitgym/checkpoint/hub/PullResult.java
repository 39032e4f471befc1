package io.splitgym.checkpoint.hub;

import java.nio.file.Path;

/**
 * A pull that ended well.
 *
 * @param model the model
 * @param path its verified file in the cache folder
 * @param source where it came from, for people
 * @param fetched whether this pull brought it; false when it was there already
 */
public record PullResult(CatalogueModel model, Path path, String source, boolean fetched) {}
