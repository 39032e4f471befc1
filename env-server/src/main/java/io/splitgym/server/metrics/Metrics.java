package io.splitgym.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.live.LiveRoute;
import io.splitgym.server.operation.Call;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.Reply;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Workers;
import io.splitgym.session.Sessions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The numbers behind /metrics. What a call costs is two looks at the clock and a few counters; the
 * rest is read when somebody asks. Labels come from fixed sets, so there are never many series.
 * Safe for use by several threads.
 */
public final class Metrics {
  private static final String UNKNOWN = "";

  /** From a surrogate's step to an LLM's creation. */
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(10_000),
    Duration.ofNanos(25_000),
    Duration.ofNanos(50_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofSeconds(60)
  };

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final EnvironmentRegistry registry;
  private final Sessions sessions;
  private final Set<String> backends;

  public Metrics(
      EnvironmentRegistry registry,
      Sessions sessions,
      StepRate rate,
      Workers workers,
      LiveRoute live) {
    this.registry = registry;
    this.sessions = sessions;
    this.backends =
        registry.specs().stream()
            .flatMap(spec -> spec.backends().stream())
            .map(EnvironmentSpec.Named::name)
            .collect(Collectors.toUnmodifiableSet());
    gauge("splitgym.sessions", "Live environments and vectors", sessions, Sessions::count);
    gauge("splitgym.watchers", "Readers of the events at /v1/live", live, LiveRoute::watching);
    counter(
        "splitgym.environment.steps",
        "Steps of environments that were asked for within the limits, over any protocol",
        rate,
        StepRate::taken);
    gauge(
        "splitgym.slow.calls.waiting",
        "Calls on slow backends that wait for a thread",
        workers,
        Workers::waiting);
    gauge(
        "splitgym.slow.calls.running",
        "Calls on slow backends that are worked on",
        workers,
        Workers::running);
    counter(
        "splitgym.llm.evaluations",
        "Cells that the LLM evaluated",
        registry,
        known -> known.llmUse().evaluations());
    counter(
        "splitgym.llm.cache.hits",
        "Cells that were asked for and had been evaluated before",
        registry,
        known -> known.llmUse().hits());
  }

  /** The same operation, its calls counted and timed by what they are and by their backend. */
  public Operation watched(Operation operation) {
    ConcurrentMap<String, Timer> answered = new ConcurrentHashMap<>();
    ConcurrentMap<String, Timer> refused = new ConcurrentHashMap<>();
    return operation.doing(
        call -> {
          String backend = backend(operation, call);
          long start = System.nanoTime();
          boolean done = false;
          try {
            Reply reply = operation.work().apply(call);
            done = true;
            return reply;
          } finally {
            long time = System.nanoTime() - start;
            Timer timer =
                done
                    ? answered.computeIfAbsent(backend, name -> timer(operation, name, "done"))
                    : refused.computeIfAbsent(backend, name -> timer(operation, name, "refused"));
            timer.record(time, TimeUnit.NANOSECONDS);
          }
        });
  }

  /** All of them, as Prometheus's text format 0.0.4 has them. */
  public String text() {
    return meters.scrape();
  }

  private String backend(Operation operation, Call call) {
    if (!call.target().isEmpty()) {
      return sessions.backendOf(call.target()).orElse(UNKNOWN);
    }
    if (operation.body() != Operation.Body.REQUIRED) {
      return UNKNOWN;
    }
    Object named = call.fields().get("backend");
    if (named == null && call.fields().get("spec") instanceof String id) {
      return registry.find(id).map(spec -> spec.backends().get(0).name()).orElse(UNKNOWN);
    }
    return named instanceof String text && backends.contains(text) ? text : UNKNOWN;
  }

  private Timer timer(Operation operation, String backend, String outcome) {
    return Timer.builder("splitgym.calls")
        .description("What was asked for over REST and WebSockets; without the wait for a thread")
        .tag("operation", operation.type())
        .tag("backend", backend)
        .tag("outcome", outcome)
        .serviceLevelObjectives(BUCKETS)
        .register(meters);
  }

  private <T> void gauge(String name, String meaning, T of, ToDoubleFunction<T> value) {
    Gauge.builder(name, of, value).description(meaning).register(meters);
  }

  private <T> void counter(String name, String meaning, T of, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, of, value).description(meaning).register(meters);
  }
}
