package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.wire.PredictionBody;
import io.splitgym.server.wire.PredictionRequestBody;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be known of environments without stepping one. */
public final class PredictionOperations {
  private final EnvironmentRegistry registry;
  private final RequestLimits limits;

  public PredictionOperations(EnvironmentRegistry registry, RequestLimits limits) {
    this.registry = registry;
    this.limits = limits;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.post("predict", "/v1/predict", "", Operation.Body.REQUIRED, this::predict)
            .slowWhere(this::slow));
  }

  private Reply predict(Call call) {
    int most = slow(call) == null ? limits.points() : limits.slowPoints();
    return Reply.of(
        PredictionBody.of(
            registry.predict(PredictionRequestBody.read(call.fields(), registry, most))));
  }

  private @Nullable String slow(Call call) {
    return SlowBackends.of(
        PredictionRequestBody.read(call.fields(), registry, limits.points()).of(), registry);
  }
}
