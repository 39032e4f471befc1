package io.splitgym.server.docs;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * /openapi.yaml, /openapi.json and /docs. None of it tells more than the project's own pages do, so
 * none of it asks for a token: a browser has no way to send one with a page.
 */
public final class DocsRoutes {
  /** What the page is, and where it starts. */
  public static final String PATH = "/docs";

  private static final String OWN = "/io/splitgym/server/docs/";
  private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
  private static final String WEBJAR_PROPERTIES =
      "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /**
   * Swagger UI styles elements itself; nothing else is inline, and nothing comes from elsewhere.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
          + " 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "swagger-ui.css", "text/css; charset=utf-8",
          "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
          "favicon-32x32.png", "image/png",
          "start.js", "text/javascript; charset=utf-8");

  private final OpenApiDocument contract;
  private final boolean withJson;

  /**
   * @param withJson false leaves /openapi.json to another contract
   */
  public DocsRoutes(OpenApiDocument contract, boolean withJson) {
    this.contract = contract;
    this.withJson = withJson;
  }

  /** Adds them. */
  public void addTo(RoutesConfig routes) {
    add(
        routes,
        "/openapi.yaml",
        ctx -> ctx.contentType("application/yaml").result(contract.yaml()));
    if (withJson) {
      add(
          routes,
          "/openapi.json",
          ctx -> ctx.contentType("application/json").result(contract.json()));
    }
    add(routes, PATH, ctx -> page(ctx, "text/html; charset=utf-8", own("index.html")));
    add(routes, PATH + "/{file}", this::file);
  }

  private void file(Context ctx) {
    String file = ctx.pathParam("file");
    String type = TYPES.get(file);
    if (type == null) {
      throw ProblemException.notFound(ctx.path());
    }
    page(ctx, type, file.equals("start.js") ? own(file) : ofSwaggerUi(file));
  }

  private static void page(Context ctx, String type, byte[] bytes) {
    ctx.header("Content-Security-Policy", POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Frame-Options", "DENY")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .contentType(type)
        .result(bytes);
  }

  private static byte[] own(String file) {
    return resource(OWN + file);
  }

  private static byte[] ofSwaggerUi(String file) {
    Properties properties = new Properties();
    try (InputStream in = DocsRoutes.class.getResourceAsStream(WEBJAR_PROPERTIES)) {
      if (in == null) {
        throw new IllegalStateException("Swagger UI is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return resource(WEBJAR + properties.getProperty("version") + "/" + file);
  }

  private static byte[] resource(String path) {
    try (InputStream in = DocsRoutes.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(RoutesConfig routes, String path, Handler handler) {
    routes.addEndpoint(new Endpoint(HandlerType.GET, path, handler));
  }
}
