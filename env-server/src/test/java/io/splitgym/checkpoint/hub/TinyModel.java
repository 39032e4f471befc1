package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A catalogue entry of a few megabytes, the same in every process, and files that hold it. */
final class TinyModel {
  static final String NAME = "tiny";
  static final String FILE = "tiny.gguf";
  static final String ENTRY = "tiny_package/tiny.gguf";
  static final byte[] CONTENT = content(3_000_000);

  private TinyModel() {}

  private static byte[] content(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 ^ i >>> 9);
    }
    return bytes;
  }

  static Sha256 sha256(byte[] bytes) {
    MessageDigest digest = Sha256.digest();
    digest.update(bytes);
    return Sha256.finish(digest);
  }

  /** The model without wheels. */
  static CatalogueModel model() {
    return model(List.of());
  }

  static CatalogueModel model(List<WheelPart> wheels) {
    return new CatalogueModel(
        NAME,
        "a file that stands for a model",
        FILE,
        CONTENT.length,
        sha256(CONTENT),
        "Apache-2.0",
        Optional.empty(),
        Optional.of(new HubFile("someone/tiny", "main", FILE)),
        wheels);
  }

  /** The model under terms that must be taken. */
  static CatalogueModel underTerms() {
    return new CatalogueModel(
        NAME,
        "a file that stands for a model",
        FILE,
        CONTENT.length,
        sha256(CONTENT),
        "Tiny",
        Optional.of(
            new TermsOfUse("Tiny Terms", URI.create("https://example.org/terms"), "Be kind.")),
        Optional.empty(),
        List.of());
  }

  static ModelStore store(Path folder, CatalogueModel model, ModelSource... sources) {
    return new ModelStore(new Catalogue(List.of(model)), folder, List.of(sources));
  }

  /** Writes a wheel of these entries. */
  static Path wheel(Path path, Map<String, byte[]> entries) throws IOException {
    try (OutputStream out = Files.newOutputStream(path);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
    return path;
  }

  static WheelPart part(Path wheel, String entry, long entryBytes) throws IOException {
    return new WheelPart(
        "tiny-package", "1.0", Files.size(wheel), Sha256.of(wheel), entry, entryBytes);
  }

  /** What is in the folder but the lock, hidden files included. */
  static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("." + NAME + ".lock"))
          .sorted()
          .toList();
    }
  }
}
