package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as RFC 9457 has it.
 *
 * @param type a URI that names the kind of problem
 * @param title the kind of problem in words
 * @param status the HTTP status
 * @param detail what happened this time
 * @param field the name of what was refused
 * @param value what was given, as text
 * @param allowed what would have been accepted, phrased to follow "must be"
 * @param command the command line that helps
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"type", "title", "status", "detail", "field", "value", "allowed", "command"})
public record ProblemBody(
    String type,
    String title,
    int status,
    String detail,
    @Nullable String field,
    @Nullable String value,
    @Nullable String allowed,
    @Nullable String command) {
  private static final int LONGEST = 300;

  public ProblemBody {
    detail = presentable(detail);
    field = field == null ? null : presentable(field);
    value = value == null ? null : presentable(value);
  }

  /** What a client sent comes back cut to a length, and without halves of surrogate pairs. */
  private static String presentable(String text) {
    String whole = text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "\u2026";
    return new String(whole.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
