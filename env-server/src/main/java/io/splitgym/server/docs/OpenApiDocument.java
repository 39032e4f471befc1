package io.splitgym.server.docs;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.splitgym.server.wire.Encoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A contract, in both of its forms. Safe for use by several threads. */
public final class OpenApiDocument {
  private static final String RESOURCE = "/io/splitgym/server/openapi.yaml";

  private final String resource;
  private final byte[] yaml;
  private byte @Nullable [] json;

  private OpenApiDocument(String resource, byte[] yaml) {
    this.resource = resource;
    this.yaml = yaml;
  }

  /** Reads the server's own, openapi.yaml, in the jar. */
  public static OpenApiDocument load() {
    return load(RESOURCE);
  }

  /**
   * Reads one in the jar.
   *
   * @param resource its absolute path, with a slash at its start
   */
  public static OpenApiDocument load(String resource) {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in the jar");
      }
      return new OpenApiDocument(resource, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(resource + " can't be read", e);
    }
  }

  /** As it is kept, in UTF-8. */
  public byte[] yaml() {
    return yaml.clone();
  }

  /** The same as JSON, in UTF-8; made when it is first asked for, as that would delay the start. */
  public synchronized byte[] json() {
    if (json == null) {
      try {
        json =
            Encoding.JSON.bytes(
                YAMLMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(yaml));
      } catch (IOException e) {
        throw new UncheckedIOException(resource + " is not YAML", e);
      }
    }
    return json.clone();
  }
}
