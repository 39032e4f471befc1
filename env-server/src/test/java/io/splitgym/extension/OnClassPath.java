package io.splitgym.extension;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/** Names services for this thread, as long as it is open. */
public final class OnClassPath implements AutoCloseable {
  private final Thread thread = Thread.currentThread();
  private final ClassLoader before = thread.getContextClassLoader();
  private final URLClassLoader loader;

  /**
   * @param folder an empty one
   * @param kind of all of them
   */
  public OnClassPath(Path folder, Class<?> kind, String... classes) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(kind.getName()), java.util.List.of(classes));
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
    thread.setContextClassLoader(loader);
  }

  @Override
  public void close() throws IOException {
    thread.setContextClassLoader(before);
    loader.close();
  }
}
