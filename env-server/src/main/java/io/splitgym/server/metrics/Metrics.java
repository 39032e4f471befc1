package io.splitgym.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.server.exchange.Allowance;
import io.splitgym.server.live.LiveRoute;
import io.splitgym.server.operation.Call;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.StepRate;
import io.splitgym.server.operation.Workers;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.Sessions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
      LiveRoute live,
      Allowance allowance) {
    this.registry = registry;
    this.sessions = sessions;
    this.backends =
        registry.specs().stream()
            .flatMap(spec -> spec.backends().stream())
            .map(EnvironmentSpec.Named::name)
            .collect(Collectors.toUnmodifiableSet());
    gauge("splitgym.sessions", "Live environments and vectors", sessions, Sessions::count);
    gauge(
        "splitgym.session.calls.waiting",
        "Calls that wait for an earlier one on the same environment or vector",
        sessions,
        Sessions::waiting);
    gauge(
        "splitgym.waiting.bytes",
        "Bytes of bodies that aren't whole and of answers that wait to be read",
        allowance,
        Allowance::held);
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
    String type = operation.type();
    return operation.doing(
        call -> {
          String backend = backend(operation, call);
          return timed(
              () -> operation.work().apply(call),
              done ->
                  done
                      ? answered.computeIfAbsent(backend, name -> timer(type, name, true))
                      : refused.computeIfAbsent(backend, name -> timer(type, name, false)));
        });
  }

  /**
   * The same work, counted and timed as the calls on operations are.
   *
   * @param type what such work is told apart by, one of a few
   * @param description of the environment that it is on
   */
  public <T> Supplier<T> watched(String type, SessionDescription description, Supplier<T> work) {
    return watchedOn(type, description.backend(), work);
  }

  /**
   * The same for work on an environment that is still to be made.
   *
   * @param request what it will be
   */
  public <T> Supplier<T> watched(String type, EnvironmentRequest request, Supplier<T> work) {
    return watchedOn(type, backend(request.spec(), request.backend()), work);
  }

  private <T> Supplier<T> watchedOn(String type, String backend, Supplier<T> work) {
    return () -> timed(work, done -> timer(type, backend, done));
  }

  /** Does it, and records how long it took with the timer of its outcome: whether it was done. */
  private static <T> T timed(Supplier<T> work, Function<Boolean, Timer> timers) {
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = work.get();
      done = true;
      return result;
    } finally {
      long time = System.nanoTime() - start;
      timers.apply(done).record(time, TimeUnit.NANOSECONDS);
    }
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
    return backend(call.fields().get("spec"), call.fields().get("backend"));
  }

  /** The backend that is meant, if that can be told: labels are never what somebody made up. */
  private String backend(@Nullable Object spec, @Nullable Object named) {
    if (named == null && spec instanceof String id) {
      return registry.find(id).map(known -> known.backends().get(0).name()).orElse(UNKNOWN);
    }
    return named instanceof String text && backends.contains(text) ? text : UNKNOWN;
  }

  private Timer timer(String operation, String backend, boolean done) {
    return Timer.builder("splitgym.calls")
        .description("What was asked for over any protocol; without the wait for a thread")
        .tag("operation", operation)
        .tag("backend", backend)
        .tag("outcome", done ? "done" : "refused")
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
