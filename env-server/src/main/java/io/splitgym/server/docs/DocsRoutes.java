package io.splitgym.server.docs;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.asset.Assets;
import io.splitgym.server.asset.WebJar;

/**
 * /openapi.yaml, /openapi.json and /docs. None of it tells more than the project's own pages do, so
 * none of it asks for a token: a browser has no way to send one with a page.
 */
public final class DocsRoutes {
  /** What the page is, and where it starts. */
  public static final String PATH = "/docs";

  private static final WebJar SWAGGER_UI = new WebJar("org.webjars", "swagger-ui");

  /**
   * Swagger UI styles elements itself; nothing else is inline, and nothing comes from elsewhere.
   */
  private static final Assets ASSETS =
      Assets.under(
              "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src"
                  + " 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'")
          .withOwn("/io/splitgym/server/docs/", "index.html", "start.js")
          .with("swagger-ui.css", SWAGGER_UI, "swagger-ui.css")
          .with("swagger-ui-bundle.js", SWAGGER_UI, "swagger-ui-bundle.js")
          .with("favicon-32x32.png", SWAGGER_UI, "favicon-32x32.png");

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
    add(routes, PATH, ctx -> ASSETS.answer(ctx, "index.html"));
    add(routes, PATH + "/{file}", ctx -> ASSETS.answer(ctx, ctx.pathParam("file")));
  }

  private static void add(RoutesConfig routes, String path, Handler handler) {
    routes.addEndpoint(new Endpoint(HandlerType.GET, path, handler));
  }
}
