package io.splitgym.server.asset;

import io.javalin.http.Context;
import io.splitgym.server.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The files of a page. Nothing else on the class path can be asked for, and each goes out with the
 * page's policy. They are read when they are asked for, which is seldom.
 */
public final class Assets {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png");

  private final String policy;
  private final Map<String, Supplier<String>> paths;

  private Assets(String policy, Map<String, Supplier<String>> paths) {
    this.policy = policy;
    this.paths = Collections.unmodifiableMap(paths);
  }

  /**
   * None as yet.
   *
   * @param policy the header Content-Security-Policy
   */
  public static Assets under(String policy) {
    return new Assets(policy, Map.of());
  }

  /** These and some of this program's own, from a folder of the class path. */
  public Assets withOwn(String folder, String... names) {
    Map<String, Supplier<String>> more = new HashMap<>(paths);
    for (String name : names) {
      more.put(name, () -> folder + name);
    }
    return new Assets(policy, more);
  }

  /**
   * These and one of a library's.
   *
   * @param name what it is asked for by
   * @param file where it is in the library
   */
  public Assets with(String name, WebJar library, String file) {
    Map<String, Supplier<String>> more = new HashMap<>(paths);
    more.put(name, () -> library.path(file));
    return new Assets(policy, more);
  }

  /**
   * Answers with one of them.
   *
   * @throws ProblemException if there is none of that name
   */
  public void answer(Context ctx, String name) {
    Supplier<String> path = paths.get(name);
    if (path == null) {
      throw ProblemException.notFound(ctx.path());
    }
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalStateException(name + " is of no known type");
    }
    ctx.header("Content-Security-Policy", policy)
        .header("Referrer-Policy", "no-referrer")
        .header("X-Frame-Options", "DENY")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cache-Control", "no-cache")
        .contentType(type)
        .result(read(path.get()));
  }

  private static byte[] read(String path) {
    try (InputStream in = Assets.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
