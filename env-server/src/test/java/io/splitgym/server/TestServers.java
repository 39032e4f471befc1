package io.splitgym.server;

import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.CountingSpec;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.session.SessionLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Real servers on a free port, over a formula in the LLM's place. */
final class TestServers {
  private TestServers() {}

  static GymServer start() {
    return start(ServerSettings.onLoopback(0), new CountingSpec());
  }

  static GymServer start(ServerSettings settings, CountingSpec counting) {
    try {
      return GymServer.start(settings, registry(counting));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that keeps what outlives it in that folder. */
  static GymServer start(Path folder) {
    try {
      return GymServer.start(ServerSettings.onLoopback(0), registry(new CountingSpec()), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EnvironmentRegistry registry(CountingSpec counting) {
    return new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels()), counting));
  }

  static ServerSettings settings(SessionLimits limits, @Nullable String token) {
    return ServerSettings.of(ServerSettings.LOOPBACK, 0, token, limits);
  }

  static SessionLimits limits(int sessions, int waiting) {
    return new SessionLimits(
        sessions, sessions, 64, Duration.ofMinutes(30), waiting, Duration.ofSeconds(20));
  }
}
