package io.splitgym.session;

import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.space.Space;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an environment is, which never changes.
 *
 * @param backend the one that answers its steps
 * @param preset the one whose values the given parameters replaced
 * @param seed where its randomness started
 * @param parameters every parameter by name, defaults included, in the spec's order
 */
public record SessionDescription(
    EnvironmentSpec spec,
    String backend,
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
    plain.put("preset", preset);
    plain.put("seed", seed);
    plain.put("parameters", parameters);
    plain.put("observationSpace", plain(observationSpace));
    plain.put("actionSpace", plain(actionSpace));
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
        fields.text("preset"),
        fields.longInteger("seed"),
        fields.object("parameters"),
        space(fields.present("observationSpace")),
        space(fields.present("actionSpace")));
  }

  static Object plain(Space space) {
    return space instanceof Box box
        ? List.of(box.names(), box.low(), box.high())
        : (Object) ((Discrete) space).n();
  }

  static Space space(Object plain) {
    if (plain instanceof Integer n) {
      return new Discrete(n);
    }
    List<?> fields = (List<?>) plain;
    List<String> names = new ArrayList<>();
    ((List<?>) fields.get(0)).forEach(name -> names.add((String) name));
    return new Box(names, (float[]) fields.get(1), (float[]) fields.get(2));
  }

  /** The request that makes the same environment again. */
  EnvironmentRequest request() {
    return new EnvironmentRequest(spec.id(), backend, preset, seed, parameters);
  }
}
