package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What Hugging Face's own tools downloaded: {@code models--ORGANISATION--NAME/snapshots/COMMIT/},
 * whose files are links to {@code blobs/}, where a large file's name is its SHA-256. Any repository
 * will do, since the digest decides.
 *
 * @param folder the cache, which need not exist
 */
record HuggingFaceCache(Path folder) implements ModelSource {
  @Override
  public String place(CatalogueModel model) {
    return "the Hugging Face cache " + folder;
  }

  @Override
  public Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new Offer.Nothing("not there");
    }
    for (Path repository : children(folder, "models--*")) {
      List<Path> candidates = new ArrayList<>();
      candidates.add(repository.resolve("blobs").resolve(model.sha256().hex()));
      for (Path snapshot : children(repository.resolve("snapshots"), "*")) {
        candidates.add(snapshot.resolve(model.fileName()));
      }
      for (Path candidate : candidates) {
        // A user's other quantisation may have the same name: only the digest tells.
        if (Files.isRegularFile(candidate)
            && Files.size(candidate) == model.bytes()
            && Sha256.of(candidate).equals(model.sha256())) {
          return new Offer.Content(Files.newInputStream(candidate));
        }
      }
    }
    return new Offer.Nothing("no file with this SHA-256");
  }

  private static List<Path> children(Path folder, String glob) throws IOException {
    List<Path> children = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
        stream.forEach(children::add);
      }
    }
    children.sort(null);
    return children;
  }
}
