package io.splitgym.registry;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.reward.MeanPerplexity;
import io.splitgym.reward.MeanPerplexityModel;
import io.splitgym.validation.InvalidValueException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The specs that can be asked for, by id. */
public final class EnvironmentRegistry {
  /** Drawn seeds fit a double exactly, so that no JSON client rounds them. */
  private static final int DRAWN_SEED_BITS = 53;

  private static final String SPEC = "spec";
  private static final String BACKEND = "backend";
  private static final String PRESET = "preset";
  private static final String SEED = "seed";

  /** What every request may hold, whatever the spec. */
  private static final List<ParameterDescription> COMMON =
      List.of(
          common(SPEC, "string"),
          common(BACKEND, "string"),
          common(PRESET, "string"),
          common(SEED, "integer"));

  private final Map<String, EnvironmentSpec> specs;
  private final SecureRandom seeds = new SecureRandom();

  /**
   * @throws InvalidValueException if two specs have one id
   */
  public EnvironmentRegistry(List<? extends EnvironmentSpec> specs) {
    Map<String, EnvironmentSpec> byId = new LinkedHashMap<>();
    for (EnvironmentSpec spec : specs) {
      EnvironmentSpec other = byId.putIfAbsent(spec.id(), spec);
      if (other != null) {
        throw new InvalidValueException(
            "id of " + spec.getClass().getName(),
            spec.id(),
            "another than that of " + other.getClass().getName());
      }
    }
    this.specs = Collections.unmodifiableMap(byId);
  }

  /** All of them, in the order in which they were registered. */
  public Collection<EnvironmentSpec> specs() {
    return specs.values();
  }

  /** The spec of that id, if there is one. */
  public Optional<EnvironmentSpec> find(String id) {
    return Optional.ofNullable(specs.get(id));
  }

  /**
   * A request from named values, the spec's parameters among {@code spec}, {@code backend}, {@code
   * preset} and {@code seed}.
   *
   * @throws MalformedRequestException if the spec is missing, a name is unknown or a value has the
   *     wrong type
   * @throws InvalidValueException if no spec has that id
   */
  public EnvironmentRequest read(Map<String, ?> fields) {
    Object id = fields.get(SPEC);
    if (id == null) {
      throw fields.containsKey(SPEC)
          ? MalformedRequestException.wrongType(SPEC, null, ids())
          : MalformedRequestException.missing(SPEC, ids());
    }
    if (!(id instanceof String text)) {
      throw MalformedRequestException.wrongType(SPEC, id, ids());
    }
    List<ParameterDescription> known = new ArrayList<>(COMMON);
    known.addAll(require(text).parameters());
    Map<String, Object> values = new LinkedHashMap<>(fields);
    // a seed may be null, as in Gymnasium
    Long seed = values.get(SEED) == null ? null : (Long) Values.integer(SEED, values.get(SEED));
    if (seed == null) {
      values.remove(SEED);
    }
    RequestForm.of(known).check("", values);
    values.keySet().removeAll(List.of(SPEC, BACKEND, PRESET, SEED));
    return new EnvironmentRequest(
        text, (String) fields.get(BACKEND), (String) fields.get(PRESET), seed, values);
  }

  /**
   * A request for a vector from named values: those of {@link #read}, {@code numEnvs} and {@code
   * autoreset}.
   *
   * @throws MalformedRequestException if {@code numEnvs} or the spec is missing, a name is unknown
   *     or a value has the wrong type
   * @throws InvalidValueException if no spec has that id, or no autoreset mode that name
   */
  public VectorRequest readVector(Map<String, ?> fields) {
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(fields);
    if (!rest.containsKey(VectorRequest.COUNT)) {
      throw MalformedRequestException.missing(VectorRequest.COUNT, "an integer of at least 1");
    }
    long count = Values.integer(VectorRequest.COUNT, rest.remove(VectorRequest.COUNT));
    if (count < 1 || count > Integer.MAX_VALUE) {
      throw new InvalidValueException(VectorRequest.COUNT, count, "at least 1");
    }
    AutoresetMode autoreset = AutoresetMode.NEXT_STEP;
    if (rest.containsKey(VectorRequest.AUTORESET)) {
      if (!(rest.remove(VectorRequest.AUTORESET) instanceof String text)) {
        throw MalformedRequestException.wrongType(
            VectorRequest.AUTORESET,
            fields.get(VectorRequest.AUTORESET),
            "one of " + String.join(", ", AutoresetMode.TEXTS));
      }
      autoreset = AutoresetMode.ofText(text);
    }
    return new VectorRequest(read(rest), (int) count, autoreset);
  }

  /**
   * Makes an environment.
   *
   * @throws MalformedRequestException if a parameter is unknown or has the wrong type
   * @throws InvalidValueException if a value isn't allowed
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  public CreatedEnvironment create(EnvironmentRequest request) {
    CheckedRequest checked = checked(request);
    return checked.spec().create(checked);
  }

  /**
   * Makes a vector of environments.
   *
   * @throws MalformedRequestException if a parameter is unknown or has the wrong type
   * @throws InvalidValueException if a value isn't allowed, or there are no vectors of the spec
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  public CreatedVector createVector(VectorRequest request) {
    CheckedRequest checked = checked(request.each());
    return checked.spec().createVector(checked, request.count(), request.autoreset());
  }

  /**
   * Tells what is known without stepping, point by point.
   *
   * @throws MalformedRequestException if a parameter is unknown or has the wrong type
   * @throws InvalidValueException if a value isn't allowed, a point is out of range, or nothing is
   *     known of the spec
   * @throws BackendUnavailableException if the backend lacks something that can be got
   */
  public List<MeanPerplexity> predict(PredictionRequest request) {
    CheckedRequest checked = checked(request.of());
    return checked.spec().predict(checked, predictor -> means(predictor, request.points()));
  }

  /** How much all specs made of LLMs so far. */
  public LlmUse llmUse() {
    return specs.values().stream().map(EnvironmentSpec::llmUse).reduce(LlmUse.NONE, LlmUse::plus);
  }

  private static List<MeanPerplexity> means(
      MeanPerplexityModel predictor, List<PredictionRequest.Point> points) {
    List<MeanPerplexity> means = new ArrayList<>(points.size());
    for (int i = 0; i < points.size(); i++) {
      PredictionRequest.Point point = points.get(i);
      try {
        means.add(predictor.mean(point.state(), point.split()));
      } catch (InvalidValueException e) {
        throw new InvalidValueException("points[" + i + "]." + e.field(), e.value(), e.allowed());
      }
    }
    return means;
  }

  private CheckedRequest checked(EnvironmentRequest request) {
    EnvironmentSpec spec = require(request.spec());
    RequestForm.of(spec.parameters()).check("", request.parameters());
    Long seed = request.seed();
    return new CheckedRequest(
        spec,
        choose(BACKEND, request.backend(), spec.backends(), EnvironmentSpec.Named::name),
        choose(PRESET, request.preset(), spec.presets(), EnvironmentSpec.NamedValues::name),
        seed != null ? seed : seeds.nextLong() >>> (Long.SIZE - DRAWN_SEED_BITS),
        request.parameters());
  }

  private EnvironmentSpec require(String id) {
    EnvironmentSpec spec = specs.get(id);
    if (spec == null) {
      throw new InvalidValueException(SPEC, id, ids());
    }
    return spec;
  }

  private String ids() {
    return "one of " + String.join(", ", specs.keySet());
  }

  private static <T> String choose(
      String field, @Nullable String asked, List<T> choices, Function<T, String> name) {
    List<String> names = choices.stream().map(name).toList();
    if (asked == null) {
      return names.get(0);
    }
    if (!names.contains(asked)) {
      throw new InvalidValueException(field, asked, "one of " + String.join(", ", names));
    }
    return asked;
  }

  private static ParameterDescription common(String name, String type) {
    return new ParameterDescription(name, type, "", "", "");
  }
}
