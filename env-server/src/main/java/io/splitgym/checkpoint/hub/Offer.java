package io.splitgym.checkpoint.hub;

import java.io.InputStream;
import java.nio.file.Path;

/** What a source has of a model. */
sealed interface Offer {
  /** The verified file, already in its place. */
  record InPlace(Path path) implements Offer {}

  /** Bytes that claim to be the file; whoever takes them checks them and closes the stream. */
  record Content(InputStream stream) implements Offer {}

  /** Nothing, for the reason given. */
  record Nothing(String reason) implements Offer {}
}
