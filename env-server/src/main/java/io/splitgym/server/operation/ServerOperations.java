package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.HandshakeBody;
import io.splitgym.server.wire.HealthBody;
import io.splitgym.server.wire.SpecBody;
import java.util.List;
import java.util.function.Supplier;

/** What can be asked of the server itself: that it lives, what it speaks, what it can make. */
public final class ServerOperations {
  private final EnvironmentRegistry registry;
  private final Supplier<HandshakeBody> handshake;

  /**
   * @param handshake what a client needs to know before anything else
   */
  public ServerOperations(EnvironmentRegistry registry, Supplier<HandshakeBody> handshake) {
    this.registry = registry;
    this.handshake = handshake;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.get(
            "health",
            "/health",
            "",
            call -> Reply.of(HealthBody.healthy(handshake.get().version()))),
        Operation.get("handshake", "/v1/handshake", "", call -> Reply.of(handshake.get())),
        Operation.get(
            "specs", "/v1/env-specs", "", call -> Reply.of(SpecBody.Listing.of(registry.specs()))),
        Operation.get("spec", "/v1/env-specs/{id}", "spec", this::spec));
  }

  private Reply spec(Call call) {
    EnvironmentSpec spec =
        registry
            .find(call.target())
            .orElseThrow(
                () ->
                    ProblemException.unknownSpec(
                        call.target(),
                        registry.specs().stream().map(EnvironmentSpec::id).toList()));
    return Reply.of(SpecBody.of(spec));
  }
}
