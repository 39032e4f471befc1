package io.splitgym.cli.configuration;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A file or folder under a name of its user's own, written {@code NAME=PATH}. */
public record NamedPath(String name, Path path) {
  static final String FORM =
      "NAME=PATH, where NAME is at most 64 letters, digits, dots, hyphens and underscores";

  private static final Pattern WRITTEN = Pattern.compile("([A-Za-z0-9._-]{1,64})=(.+)");

  /** The same, from that folder on if its path is relative. */
  NamedPath from(Path base) {
    return new NamedPath(name, base.resolve(path));
  }

  @Override
  public String toString() {
    return name + "=" + path;
  }

  /** Reads what was written on a command line, in a variable or in a file. */
  public static final class Converter implements ITypeConverter<NamedPath> {
    @Override
    public NamedPath convert(String text) {
      Matcher written = WRITTEN.matcher(text);
      try {
        if (written.matches()) {
          return new NamedPath(written.group(1), Path.of(written.group(2)));
        }
      } catch (InvalidPathException e) {
        // no path, so not of that form either
      }
      throw new TypeConversionException("must be " + FORM);
    }
  }
}
