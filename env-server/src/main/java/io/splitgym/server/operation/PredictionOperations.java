package io.splitgym.server.operation;

import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.server.wire.PredictionBody;
import io.splitgym.server.wire.PredictionRequestBody;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be known of environments without stepping one. */
public final class PredictionOperations {
  private static final int MOST_POINTS = 4_096;

  /** A point that was never measured takes seconds on a slow backend. */
  private static final int MOST_SLOW_POINTS = 32;

  private final EnvironmentRegistry registry;

  public PredictionOperations(EnvironmentRegistry registry) {
    this.registry = registry;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.post("predict", "/v1/predict", "", Operation.Body.REQUIRED, this::predict)
            .slowWhere(this::slow));
  }

  private Reply predict(Call call) {
    int most = slow(call) == null ? MOST_POINTS : MOST_SLOW_POINTS;
    return Reply.of(
        PredictionBody.of(
            registry.predict(PredictionRequestBody.read(call.fields(), registry, most))));
  }

  private @Nullable String slow(Call call) {
    return SlowBackends.of(
        PredictionRequestBody.read(call.fields(), registry, MOST_POINTS).of(), registry);
  }
}
