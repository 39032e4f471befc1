package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A body that writes itself, value by value: what is asked for often enough that it pays. */
public interface StreamedBody {
  /** About how many bytes it has in CBOR, so that memory is found for it once. */
  default int usualBytes() {
    return 512;
  }

  /** Writes it as one object, in whichever encoding the generator has. */
  void writeTo(JsonGenerator out) throws IOException;
}
