package io.splitgym.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one message of a WebSocket: {@code {"id": n, "result": ...}}, or {@code "problem"}
 * in the result's place.
 *
 * @param id the message's; null where it couldn't be read
 * @param member {@code result} or {@code problem}
 * @param body what REST would have answered; null where that is nothing
 */
public record AnswerMessage(@Nullable Long id, String member, @Nullable Object body)
    implements StreamedBody {
  private static final int MEMBERS = 2;

  /** It went well. */
  public static AnswerMessage result(long id, @Nullable Object body) {
    return new AnswerMessage(id, "result", body);
  }

  /** It didn't. */
  public static AnswerMessage problem(@Nullable Long id, ProblemBody problem) {
    return new AnswerMessage(id, "problem", problem);
  }

  @Override
  public int usualBytes() {
    int head = StreamedBody.super.usualBytes();
    return body instanceof StreamedBody streamed ? head + streamed.usualBytes() : head;
  }

  @Override
  public void writeTo(JsonGenerator out) throws IOException {
    out.writeStartObject(null, MEMBERS);
    out.writeFieldName("id");
    if (id == null) {
      out.writeNull();
    } else {
      out.writeNumber((long) id);
    }
    out.writeFieldName(member);
    if (body instanceof StreamedBody streamed) {
      streamed.writeTo(out);
    } else {
      out.writePOJO(body);
    }
    out.writeEndObject();
  }
}
