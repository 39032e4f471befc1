package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.session.SessionDescription;
import org.jspecify.annotations.Nullable;

/** Which backend a call has to wait for, if it is a slow one. */
public final class SlowBackends {
  private SlowBackends() {}

  /** The backend of what is there; null if it is fast. */
  public static @Nullable String of(SessionDescription described) {
    return ifSlow(described.spec(), described.backend());
  }

  /** The backend of what is asked for; null if it is fast, or the request names none. */
  public static @Nullable String of(EnvironmentRequest request, EnvironmentRegistry registry) {
    String backend = request.backend();
    return backend == null
        ? null
        : registry.find(request.spec()).map(spec -> ifSlow(spec, backend)).orElse(null);
  }

  private static @Nullable String ifSlow(EnvironmentSpec spec, String backend) {
    return spec.slowBackends().contains(backend) ? backend : null;
  }
}
