package io.splitgym.session;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.registry.CreatedVector;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.VectorRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a vector of environments is, which never changes.
 *
 * @param each what each of them is; the seed is the first one's
 * @param count how many there are
 */
public record VectorDescription(SessionDescription each, int count, AutoresetMode autoreset) {
  static VectorDescription of(CreatedVector created) {
    return new VectorDescription(
        new SessionDescription(
            created.spec(),
            created.backend(),
            created.fingerprint(),
            created.preset(),
            created.seed(),
            created.parameters(),
            created.environment().singleObservationSpace(),
            created.environment().singleActionSpace()),
        created.environment().count(),
        created.environment().autoreset());
  }

  /** As {@link #of(Map, EnvironmentRegistry)} reads it. */
  Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>(each.plain());
    plain.put("kind", VectorSession.KIND);
    plain.put("count", count);
    plain.put("autoreset", autoreset.text());
    return plain;
  }

  /**
   * @throws IllegalArgumentException if it is of a spec that is no more
   */
  static VectorDescription of(Map<String, Object> plain, EnvironmentRegistry registry) {
    PlainFields fields = new PlainFields(plain);
    return new VectorDescription(
        SessionDescription.of(plain, registry),
        fields.integer("count"),
        AutoresetMode.ofText(fields.text("autoreset")));
  }

  /**
   * @throws io.splitgym.validation.InvalidValueException if the request makes another kind of
   *     vector; its preset and seed may be others
   * @throws OtherModelException if another model answered what the request made
   */
  void requireMadeBy(VectorRequest request, String fingerprint, EnvironmentRegistry registry) {
    SessionDescription.requireSame(VectorRequest.COUNT, request.count(), count);
    SessionDescription.requireSame(
        VectorRequest.AUTORESET, request.autoreset().text(), autoreset.text());
    each.requireMadeBy(request.each(), fingerprint, registry);
  }

  /** The request that makes the same vector again. */
  VectorRequest request() {
    return new VectorRequest(each.request(), count, autoreset);
  }
}
