package io.splitgym.session;

import io.splitgym.recording.PlainSpaces;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.space.Space;
import io.splitgym.validation.InvalidValueException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an environment is, which never changes.
 *
 * @param backend the one that answers its steps
 * @param fingerprint what tells the model behind the backend from every other one
 * @param preset the one whose values the given parameters replaced
 * @param seed where its randomness started
 * @param parameters every parameter by name, defaults included, in the spec's order
 */
public record SessionDescription(
    EnvironmentSpec spec,
    String backend,
    String fingerprint,
    String preset,
    long seed,
    Map<String, Object> parameters,
    Space observationSpace,
    Space actionSpace) {
  public SessionDescription {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  static SessionDescription of(CreatedEnvironment created) {
    return new SessionDescription(
        created.spec(),
        created.backend(),
        created.fingerprint(),
        created.preset(),
        created.seed(),
        created.parameters(),
        created.environment().observationSpace(),
        created.environment().actionSpace());
  }

  /** As {@link #of(Map, EnvironmentRegistry)} reads it. */
  Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("kind", Session.KIND);
    plain.put("spec", spec.id());
    plain.put("backend", backend);
    plain.put("fingerprint", fingerprint);
    plain.put("preset", preset);
    plain.put("seed", seed);
    plain.put("parameters", parameters);
    plain.put("observationSpace", PlainSpaces.plain(observationSpace));
    plain.put("actionSpace", PlainSpaces.plain(actionSpace));
    return plain;
  }

  /**
   * @throws IllegalArgumentException if it is of a spec that is no more
   */
  static SessionDescription of(Map<String, Object> plain, EnvironmentRegistry registry) {
    PlainFields fields = new PlainFields(plain);
    String id = fields.text("spec");
    return new SessionDescription(
        registry
            .find(id)
            .orElseThrow(() -> new IllegalArgumentException("no spec has the id " + id)),
        fields.text("backend"),
        fields.text("fingerprint"),
        fields.text("preset"),
        fields.longInteger("seed"),
        fields.object("parameters"),
        PlainSpaces.space(fields.present("observationSpace")),
        PlainSpaces.space(fields.present("actionSpace")));
  }

  /**
   * @throws InvalidValueException if the request makes another kind of environment; its preset and
   *     seed may be others
   * @throws OtherModelException if another model answered what the request made
   */
  void requireMadeBy(
      EnvironmentRequest request, String itsFingerprint, EnvironmentRegistry registry) {
    requireSame("spec", request.spec(), spec.id());
    requireSame("backend", request.backend(), backend);
    Map<String, Object> given = request.parameters();
    if (!SavedState.same(given, parameters)) {
      // what is left out has its default
      CreatedEnvironment like = registry.create(request);
      like.environment().close();
      given = like.parameters();
    }
    Map<String, Object> all = given;
    parameters.forEach((name, value) -> requireSame("parameters." + name, all.get(name), value));
    OtherModelException.requireOfState(itsFingerprint, fingerprint);
  }

  /**
   * @throws InvalidValueException if a saved state has something else there
   */
  static void requireSame(String field, @Nullable Object given, @Nullable Object expected) {
    if (!SavedState.same(given, expected)) {
      throw new InvalidValueException(
          field, given, expected + ", as of the environment that is to go on from there");
    }
  }

  /** The request that makes the same environment again. */
  EnvironmentRequest request() {
    return new EnvironmentRequest(spec.id(), backend, preset, seed, parameters);
  }
}
