package io.splitgym.server.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.Encoding;
import io.splitgym.session.Sessions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The page at /, its parts at /page/NAME, and what it lists at /v1/live. The page holds no secret
 * and asks for no token, since a browser can't send one with a page; what it then asks the server
 * does.
 */
public final class PageRoutes {
  private static final String FOLDER = "/io/splitgym/server/page/";

  /** So many environments are listed; more would neither be read nor be drawn in time. */
  private static final int MOST_LISTED = 50;

  /** No inline script or style, nothing from elsewhere. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final Map<String, String> TYPES =
      Map.of(
          "page.css", "text/css; charset=utf-8",
          "page.js", SCRIPT,
          "server.js", SCRIPT,
          "drawing.js", SCRIPT);

  private final Sessions sessions;

  public PageRoutes(Sessions sessions) {
    this.sessions = sessions;
  }

  /** Adds them. */
  public void addTo(RoutesConfig routes) {
    routes.addEndpoint(
        new Endpoint(
            HandlerType.GET, "/", ctx -> answer(ctx, "text/html; charset=utf-8", "index.html")));
    routes.addEndpoint(new Endpoint(HandlerType.GET, "/page/{file}", PageRoutes::file));
    routes.addEndpoint(
        new Endpoint(
            HandlerType.GET,
            "/v1/live",
            ctx ->
                ctx.contentType(Encoding.JSON.mediaType())
                    .header("Cache-Control", "no-store")
                    .result(Encoding.JSON.bytes(LiveBody.of(sessions, MOST_LISTED)))));
  }

  private static void file(Context ctx) {
    String file = ctx.pathParam("file");
    String type = TYPES.get(file);
    if (type == null) {
      throw ProblemException.notFound(ctx.path());
    }
    answer(ctx, type, file);
  }

  private static void answer(Context ctx, String type, String file) {
    ctx.header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Frame-Options", "DENY")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cache-Control", "no-cache")
        .contentType(type)
        .result(read(FOLDER + file));
  }

  private static byte[] read(String path) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
