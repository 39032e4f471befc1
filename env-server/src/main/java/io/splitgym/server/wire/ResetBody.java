package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.splitgym.environment.ResetResult;
import java.io.IOException;

/** The start of an episode. */
public record ResetBody(ResetResult result) implements StreamedBody {
  private static final int MEMBERS = 2;

  @Override
  public void writeTo(JsonGenerator out) throws IOException {
    out.writeStartObject(null, MEMBERS);
    out.writeFieldName("observation");
    Elements.write(out, result.observation());
    out.writeFieldName("info");
    InfoMap.write(out, result.info());
    out.writeEndObject();
  }
}
