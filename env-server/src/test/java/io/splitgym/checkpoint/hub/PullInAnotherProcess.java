package io.splitgym.checkpoint.hub;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;

/** Pulls the tiny model from a hub in a Java process of its own. */
final class PullInAnotherProcess {
  private PullInAnotherProcess() {}

  /** Arguments: the cache folder and the hub's base. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    HuggingFaceHub hub =
        new HuggingFaceHub(URI.create(arguments[1]), Duration.ofSeconds(5), Duration.ofMinutes(2));
    PullResult result =
        TinyModel.store(folder, TinyModel.model(), new CacheFolder(folder), hub)
            .pull(TinyModel.model(), PullListener.silent());
    System.out.println(result.fetched() ? "fetched" : "found");
  }

  static Process start(Path folder, URI base) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            home(ModelStore.class) + File.pathSeparator + home(PullInAnotherProcess.class),
            PullInAnotherProcess.class.getName(),
            folder.toString(),
            base.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static Path home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
