package io.splitgym.extension;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The extensions of a kind that the class path had when it was looked at, and what tells their code
 * from every other one. Looking reads jars and hashes classes, so it is done once, not at each
 * request.
 */
public final class Installed<E extends Extension> {
  private final SortedMap<String, E> byName;
  private final Map<String, String> fingerprints;

  private Installed(List<E> all) {
    SortedMap<String, E> found = new TreeMap<>();
    Map<String, String> codes = new HashMap<>();
    for (E one : all) {
      found.put(one.name(), one);
      codes.put(one.name(), Extensions.fingerprint(one));
    }
    this.byName = Collections.unmodifiableSortedMap(found);
    this.fingerprints = Map.copyOf(codes);
  }

  /**
   * Looks.
   *
   * @param taken names that none may have
   * @throws io.splitgym.validation.InvalidValueException as {@link Extensions#all} does
   */
  public static <E extends Extension> Installed<E> onClassPath(Class<E> kind, List<String> taken) {
    return new Installed<>(Extensions.all(kind, taken));
  }

  /** All of them, in the order of their names. */
  public List<E> all() {
    return List.copyOf(byName.values());
  }

  /** Their names, in order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** The one of that name, if there is one. */
  public Optional<E> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * What tells the code of the one of that name from every other one, see {@link
   * Extensions#fingerprint}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String fingerprint(String name) {
    String found = fingerprints.get(name);
    if (found == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return found;
  }
}
