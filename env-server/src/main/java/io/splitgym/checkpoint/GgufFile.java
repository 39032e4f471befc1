package io.splitgym.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/**
 * A GGUF file (versions 2 and 3), memory-mapped: metadata by key, tensors by name. Format: the ggml
 * project's {@code docs/gguf.md}.
 */
final class GgufFile {
  private final Metadata metadata;
  private final Map<String, MappedTensor> tensors;

  GgufFile(Path file, Map<String, Object> metadata, Map<String, MappedTensor> tensors) {
    this.metadata = new Metadata(file.toString(), key -> key, metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Maps a file and reads its header; the tensors' numbers, texts and lists stay on disk until they
   * are asked for.
   *
   * @throws MalformedCheckpointException if a length, offset, count or type is out of range
   * @throws IOException if the file can't be read
   */
  static GgufFile open(Path file) throws IOException {
    return new GgufHeaderReader(file, MappedBytes.of(file)).read();
  }

  Metadata metadata() {
    return metadata;
  }

  /** All tensors by name, in the file's order. */
  Map<String, MappedTensor> tensors() {
    return tensors;
  }
}
