package io.splitgym.extension;

import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The extensions on the class path. */
public final class Extensions {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  /** Files have names of their own beside them, with hyphens. */
  private static final Pattern PARAMETER = Pattern.compile("[a-z][A-Za-z0-9]{0,62}");

  private Extensions() {}

  /**
   * All of a kind, in the order of their names.
   *
   * @param taken names that none may have
   * @throws InvalidValueException if one can't be made, or its name or a parameter's isn't allowed
   *     or is another's
   */
  public static <E extends Extension> List<E> all(Class<E> kind, List<String> taken) {
    TreeMap<String, E> found = new TreeMap<>();
    for (E extension : services(kind)) {
      String name = extension.name();
      if (!NAME.matcher(name).matches() || taken.contains(name)) {
        throw new InvalidValueException(
            "name of " + extension.getClass().getName(),
            name,
            "small letters, digits and hyphens, a letter first, and none of "
                + String.join(", ", taken));
      }
      requireParameters(extension);
      E other = found.put(name, extension);
      if (other != null) {
        throw new InvalidValueException(
            "name of " + extension.getClass().getName(),
            name,
            "another than that of " + other.getClass().getName());
      }
    }
    return List.copyOf(found.values());
  }

  private static void requireParameters(Extension extension) {
    Set<String> names = new HashSet<>();
    for (Parameter parameter : extension.parameters()) {
      if (!PARAMETER.matcher(parameter.name()).matches() || !names.add(parameter.name())) {
        throw new InvalidValueException(
            "a parameter of " + extension.getClass().getName(),
            parameter.name(),
            "letters and digits, a small letter first, and another than the others'");
      }
    }
  }

  /**
   * What the class path has of an interface, in no fixed order.
   *
   * @throws InvalidValueException if one can't be made
   */
  public static <S> List<S> services(Class<S> of) {
    try {
      return ServiceLoader.load(of).stream().map(ServiceLoader.Provider::get).toList();
    } catch (ServiceConfigurationError e) {
      @Nullable Throwable cause = e.getCause();
      throw new InvalidValueException(
          "an extension on the class path",
          "broken (" + e.getMessage() + (cause == null ? "" : ": " + cause) + ")",
          "one that can be made");
    }
  }

  /**
   * What tells an extension's code from every other one: SHA-256 of its class and the classes
   * nested with it, in hexadecimal. Other classes that it uses aren't covered.
   */
  public static String fingerprint(Object extension) {
    MessageDigest digest = sha256();
    Class<?>[] classes = extension.getClass().getNestMembers().clone();
    Arrays.sort(classes, Comparator.comparing(Class::getName));
    for (Class<?> one : classes) {
      digest.update(one.getName().getBytes(StandardCharsets.UTF_8));
      digest.update(code(one));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of a text, in hexadecimal. */
  public static String fingerprintOf(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** A list of extensions for people, with their parameters; empty where there are none. */
  public static String described(List<? extends Extension> extensions) {
    return extensions.stream()
        .map(
            one ->
                one.name()
                    + ": "
                    + one.description()
                    + one.parameters().stream()
                        .map(
                            parameter ->
                                " "
                                    + parameter.name()
                                    + " ("
                                    + parameter.type()
                                    + ", "
                                    + parameter.allowed()
                                    + ", by default "
                                    + parameter.absent()
                                    + "): "
                                    + parameter.meaning())
                        .collect(Collectors.joining()))
        .collect(Collectors.joining(" "));
  }

  private static byte[] code(Class<?> of) {
    String file = of.getName().substring(of.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = of.getResourceAsStream(file)) {
      return in == null ? new byte[0] : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the class " + of.getName() + " can't be read", e);
    }
  }
}
