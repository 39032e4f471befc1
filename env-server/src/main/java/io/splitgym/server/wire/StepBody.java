package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import io.splitgym.environment.StepResult;
import java.io.IOException;

/** What a step led to. */
public record StepBody(StepResult result) implements StreamedBody {
  private static final int MEMBERS = 5;

  @Override
  public void writeTo(JsonGenerator out) throws IOException {
    out.writeStartObject(null, MEMBERS);
    out.writeFieldName("observation");
    Elements.write(out, result.observation());
    out.writeNumberField("reward", result.reward());
    out.writeBooleanField("terminated", result.terminated());
    out.writeBooleanField("truncated", result.truncated());
    out.writeFieldName("info");
    InfoMap.write(out, result.info());
    out.writeEndObject();
  }
}
