package io.splitgym.server.asset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** A library for browsers, as a jar on the class path; the jar itself knows its version. */
public record WebJar(String group, String name) {
  /** Where one of its files is on the class path. */
  String path(String file) {
    Properties properties = new Properties();
    String known = "/META-INF/maven/" + group + "/" + name + "/pom.properties";
    try (InputStream in = WebJar.class.getResourceAsStream(known)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "/META-INF/resources/webjars/"
        + name
        + "/"
        + properties.getProperty("version")
        + "/"
        + file;
  }
}
