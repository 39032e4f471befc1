package io.splitgym.server.openenv;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.AnalyticModels;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.SplitInferenceSpec;
import io.splitgym.server.exchange.Allowance;
import io.splitgym.server.live.LiveRoute;
import io.splitgym.server.metrics.Metrics;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Stopping;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.wire.BodyReader;
import io.splitgym.session.SessionLimits;
import io.splitgym.session.Sessions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names that clients choose, and names that are given out. */
class NamedEnvironmentsTest {
  private static final String ONE = "10.0.0.1";
  private static final String OTHER = "10.0.0.2";

  private final EnvironmentRegistry registry =
      new EnvironmentRegistry(List.of(new SplitInferenceSpec(new AnalyticModels())));
  private final Sessions sessions = new Sessions(registry, SessionLimits.DEFAULT, System::nanoTime);
  private final Workers workers = new Workers(RequestLimits.DEFAULT, 1, new Stopping());
  private final StepRate rate = new StepRate(0, System::nanoTime);
  private final NamedEnvironments named =
      new NamedEnvironments(
          new Resources(
              registry,
              sessions,
              rate,
              workers,
              new Metrics(
                  registry,
                  sessions,
                  rate,
                  workers,
                  new LiveRoute(sessions, 1, Duration.ofMinutes(1)),
                  new Allowance(1)),
              new BodyReader(8),
              SessionLimits.DEFAULT));

  @AfterEach
  void stop() {
    workers.close();
    sessions.close();
  }

  @Test
  void theSameNameOfTwoClientsIsTwoEnvironments() {
    ResetFields fields = ResetFields.of(Map.of("episode_id", "1", "seed", 4L));
    named.reset("1", fields, ONE).join();
    named.get("1", ONE).step(Map.of("action", 1L)).join();
    named.reset("1", fields, OTHER).join();
    assertThat(named.get("1", ONE).state()).containsEntry("step_count", 1L);
    assertThat(named.get("1", OTHER).state()).containsEntry("step_count", 0L);
    assertThat(named.close("1", OTHER)).isTrue();
    assertThat(named.find("1", OTHER)).isEmpty();
    assertThat(named.find("1", ONE)).isPresent();
  }

  @Test
  void aNameThatWasGivenOutIsGoodForWhoeverKnowsIt() {
    String name = named.create(ONE);
    named.reset(name, ResetFields.of(Map.of()), OTHER).join();
    assertThat(named.get(name, OTHER)).isSameAs(named.get(name, ONE));
    assertThat(sessions.count()).isEqualTo(1);
  }
}
