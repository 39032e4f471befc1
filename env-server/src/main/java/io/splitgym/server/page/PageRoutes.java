package io.splitgym.server.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.splitgym.server.asset.Assets;
import io.splitgym.server.asset.WebJar;

/**
 * The page at / and its parts at /page/NAME. The page holds no secret and asks for no token, since
 * a browser can't send one with a page; what it then asks the server does.
 */
public final class PageRoutes {
  /** No inline script or style, nothing from elsewhere. */
  private static final Assets ASSETS =
      Assets.under(
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                  + " 'none'")
          .withOwn(
              "/io/splitgym/server/page/",
              "index.html",
              "page.css",
              "icon.svg",
              "page.js",
              "server.js",
              "connect.js",
              "play.js",
              "live.js",
              "charts.js")
          .with("chart.js", new WebJar("org.webjars.npm", "chart.js"), "dist/chart.umd.min.js");

  private PageRoutes() {}

  /** Adds them. */
  public static void addTo(RoutesConfig routes) {
    routes.addEndpoint(new Endpoint(HandlerType.GET, "/", ctx -> ASSETS.answer(ctx, "index.html")));
    routes.addEndpoint(
        new Endpoint(
            HandlerType.GET, "/page/{file}", ctx -> ASSETS.answer(ctx, ctx.pathParam("file"))));
  }
}
