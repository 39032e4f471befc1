package io.splitgym.server.wire;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The contract, openapi.yaml, in both of its forms.
 *
 * @param yaml as it is kept, in UTF-8
 * @param json the same, in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // written to the wire as they are
public record OpenApiDocument(byte[] yaml, byte[] json) {
  private static final String RESOURCE = "/io/splitgym/server/openapi.yaml";

  /** Reads the one in the jar. */
  public static OpenApiDocument load() {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not in the jar");
      }
      byte[] yaml = in.readAllBytes();
      JsonNode tree =
          YAMLMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build()
              .readTree(yaml);
      return new OpenApiDocument(yaml, Json.bytes(tree));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " can't be read", e);
    }
  }
}
