package io.splitgym.server;

import io.splitgym.server.problem.Problem;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.Encoding;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers to requests that never reach a route, such as ones that aren't HTTP. */
final class JettyProblems extends ErrorHandler {
  private final int headerBytes;

  /**
   * @param headerBytes the most bytes of a request's address and header
   */
  JettyProblems(int headerBytes) {
    this.headerBytes = headerBytes;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    Problem problem =
        switch (code) {
          case HttpStatus.URI_TOO_LONG_414 -> Problems.addressTooLong(headerBytes);
          case HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
              Problems.headerTooLarge(headerBytes);
          default -> Problems.ofStatus(code, message);
        };
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Encoding.JSON.problemType());
    response.write(true, ByteBuffer.wrap(Encoding.JSON.bytes(problem.body())), callback);
  }
}
