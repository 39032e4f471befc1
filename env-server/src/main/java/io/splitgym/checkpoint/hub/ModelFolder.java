package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A model in a folder, taken as one thing.
 *
 * @param bytes the size of all its files
 * @param sha256 what {@code sha256sum *.json *.safetensors | LC_ALL=C sort -k 2 | sha256sum} prints
 */
record ModelFolder(long bytes, Sha256 sha256) {
  /**
   * Hashes the .json and .safetensors files that are directly in a folder.
   *
   * @throws IOException when one can't be read
   */
  static ModelFolder of(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, "*.{json,safetensors}")) {
      stream.forEach(files::add);
    }
    files.sort(Comparator.comparing(file -> file.getFileName().toString()));
    MessageDigest digest = Sha256.digest();
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
      String line = Sha256.of(file) + "  " + file.getFileName() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return new ModelFolder(bytes, Sha256.finish(digest));
  }
}
