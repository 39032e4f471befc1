package io.splitgym.server.rest;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a request is called in the log. A caller's own name is taken and told back if it is short
 * and harmless in a log line; another is ignored. A request without one gets one when it fails, and
 * not before: most don't need it.
 */
final class RequestId {
  private static final String HEADER = "X-Request-Id";
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private RequestId() {}

  /** Tells a caller its own back. */
  static void echo(Context ctx) {
    String given = ctx.header(HEADER);
    if (given != null && ALLOWED.matcher(given).matches()) {
      ctx.header(HEADER, given);
    }
  }

  /** The request's, which is told to the caller. */
  static String of(Context ctx) {
    String echoed = ctx.res().getHeader(HEADER);
    if (echoed != null) {
      return echoed;
    }
    String made = UUID.randomUUID().toString();
    ctx.header(HEADER, made);
    return made;
  }
}
