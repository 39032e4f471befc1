package io.splitgym.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A config.json as {@link Checkpoint#hyperparameters} has it. Reads the words of transformers 4
 * ({@code rope_theta}, {@code rope_scaling}) and of transformers 5 ({@code rope_parameters}). What
 * isn't there is what transformers takes then; what would change the model's numbers and isn't
 * known is refused.
 */
final class HuggingFaceConfig {
  /** More layers than any decoder has; a list of them is not made. */
  private static final long MOST_LAYERS = 10_000;

  private static final Set<String> ROPE_FIELDS =
      Set.of("rope_type", "type", "rope_theta", "original_max_position_embeddings");

  private final Path file;
  private final HuggingFaceFamily family;
  private final JsonNode root;
  private final JsonNode config;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private @Nullable Llama3Frequencies frequencies;

  private HuggingFaceConfig(Path file, HuggingFaceFamily family, JsonNode root, JsonNode config) {
    this.file = file;
    this.family = family;
    this.root = root;
    this.config = config;
  }

  /**
   * @param root the file's object
   * @throws UnsupportedCheckpointException if its model is of no family that is known
   */
  static HuggingFaceConfig of(Path file, JsonNode root)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    JsonNode type = root.path("model_type");
    if (!type.isTextual()) {
      throw wrong(file, "model_type", type, "a family's name");
    }
    HuggingFaceFamily family =
        HuggingFaceFamily.find(type.textValue())
            .orElseThrow(
                () -> unsupported(file, "model_type", type, "one of " + HuggingFaceFamily.known()));
    JsonNode text = family.seesImages(type.textValue()) ? root.path("text_config") : root;
    if (!(text instanceof ObjectNode said)) {
      throw wrong(file, "text_config", text, "an object with the language model's dimensions");
    }
    ObjectNode config = said.deepCopy();
    family.defaults().forEach((field, value) -> config.putIfAbsent(field, value));
    return new HuggingFaceConfig(file, family, root, config);
  }

  HuggingFaceFamily family() {
    return family;
  }

  Metadata hyperparameters() throws MalformedCheckpointException, UnsupportedCheckpointException {
    refuseWhatIsNotRead();
    whole("block_count", "num_hidden_layers", "n_layer");
    whole("embedding_length", "hidden_size", "n_embd");
    whole("attention.head_count", "num_attention_heads", "n_head");
    whole("feed_forward_length", "intermediate_size", "n_inner");
    whole("context_length", "max_position_embeddings", "n_positions", "n_ctx");
    whole("vocab_size", "vocab_size");
    number("attn_logit_softcapping", "attn_logit_softcapping");
    number("final_logit_softcapping", "final_logit_softcapping");
    if (family == HuggingFaceFamily.GPT2) {
      number("attention.layer_norm_epsilon", "layer_norm_epsilon");
      if (values.get("embedding_length") instanceof Long width) {
        values.putIfAbsent("feed_forward_length", 4 * width);
      }
    } else {
      whole("attention.head_count_kv", "num_key_value_heads");
      whole("attention.key_length", "head_dim");
      whole("attention.value_length", "head_dim");
      number("attention.layer_norm_rms_epsilon", "rms_norm_eps");
      biases();
      slidingWindow();
      attentionScale();
      positions();
    }
    return new Metadata(
        file.toString(), key -> sources.getOrDefault(key, "what gives " + key), values);
  }

  /** Whether the head's matrix is the embedding's, even if another one is stored. */
  boolean tiesEmbeddings() throws MalformedCheckpointException, UnsupportedCheckpointException {
    String field = "tie_word_embeddings";
    boolean tied = flag(root, field, family.tiesEmbeddings());
    if (flag(config, field, tied) != tied) {
      throw new UnsupportedCheckpointException(
          file
              + ": text_config."
              + field
              + " is "
              + !tied
              + ", must be "
              + tied
              + " as outside it");
    }
    return tied;
  }

  /** The scaling of LLaMA 3, if config.json has it; known once the hyperparameters were read. */
  Optional<Llama3Frequencies> frequencies() {
    return Optional.ofNullable(frequencies);
  }

  private void refuseWhatIsNotRead()
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    if (config.hasNonNull("quantization_config") || root.hasNonNull("quantization_config")) {
      throw new UnsupportedCheckpointException(
          file + ": quantization_config is there, but only F32, F16 and BF16 weights are read");
    }
    for (String field : List.of("hidden_act", "hidden_activation", "activation_function")) {
      JsonNode activation = config.path(field);
      if (config.hasNonNull(field) && !activation.isTextual()) {
        throw wrong(field, activation, family.activation());
      }
      if (activation.isTextual() && !activation.textValue().equals(family.activation())) {
        throw unsupported(field, activation, family.activation());
      }
    }
    for (Map.Entry<String, Boolean> known : family.flags().entrySet()) {
      if (flag(config, known.getKey(), known.getValue()) != known.getValue()) {
        throw unsupported(known.getKey(), config.path(known.getKey()), known.getValue());
      }
    }
    requireWholeHeadsTurned("partial_rotary_factor", config.path("partial_rotary_factor"));
  }

  private void requireWholeHeadsTurned(String field, JsonNode share)
      throws UnsupportedCheckpointException {
    boolean said = !share.isMissingNode() && !share.isNull();
    if (said && !(share.isNumber() && share.doubleValue() == 1)) {
      throw unsupported(field, share, 1);
    }
  }

  /** Where a family has biases in all files or in none, the decoder knows. */
  private void biases() throws MalformedCheckpointException {
    switch (family) {
      case LLAMA -> {
        put("attention.bias", "attention_bias", flag(config, "attention_bias", false));
        put("feed_forward.bias", "mlp_bias", flag(config, "mlp_bias", false));
      }
      case QWEN3, GEMMA3 -> {
        put("attention.bias", "attention_bias", flag(config, "attention_bias", false));
        put("feed_forward.bias", "mlp_bias", false);
      }
      case MISTRAL -> {
        put("attention.bias", "attention_bias", false);
        put("feed_forward.bias", "mlp_bias", false);
      }
      case QWEN2, GPT2 -> {}
    }
  }

  /** As transformers has it, whose LLaMA has no window whatever config.json says. */
  private void slidingWindow() throws MalformedCheckpointException, UnsupportedCheckpointException {
    boolean slides =
        switch (family) {
          case MISTRAL, GEMMA3 -> true;
          case QWEN2, QWEN3 -> flag(config, "use_sliding_window", false);
          case LLAMA, GPT2 -> false;
        };
    if (slides) {
      whole("attention.sliding_window", "sliding_window");
    }
    boolean window = values.containsKey("attention.sliding_window");
    Optional<List<Boolean>> told = layerTypes();
    List<Boolean> sliding = told.isPresent() ? told.get() : slidingByDefault(window);
    boolean fixed = family == HuggingFaceFamily.LLAMA || family == HuggingFaceFamily.MISTRAL;
    if (fixed && sliding.contains(!window)) {
      throw unsupported(
          "layer_types",
          config.path("layer_types"),
          window ? "sliding_attention" : "full_attention");
    }
    if (sliding.contains(true) && !window) {
      throw new MalformedCheckpointException(
          file + ": layer_types has sliding_attention, but there is no sliding_window in use");
    }
    if (window) {
      put("attention.sliding_window_pattern", "layer_types", sliding);
    }
  }

  /** Which layers have the window where no list of them is there. */
  private List<Boolean> slidingByDefault(boolean window) throws MalformedCheckpointException {
    long layers = values.get("block_count") instanceof Long count ? count : 0;
    if (layers < 1 || layers > MOST_LAYERS) {
      return List.of();
    }
    IntStream numbers = IntStream.range(0, (int) layers);
    return switch (family) {
      case QWEN2, QWEN3 -> {
        long full = window ? atLeast("max_window_layers", 0) : layers;
        yield numbers.mapToObj(layer -> layer >= full).toList();
      }
      case GEMMA3 -> {
        long period = atLeast("sliding_window_pattern", 1);
        yield numbers.mapToObj(layer -> (layer + 1) % period != 0).toList();
      }
      case LLAMA, MISTRAL, GPT2 -> numbers.mapToObj(layer -> window).toList();
    };
  }

  private Optional<List<Boolean>> layerTypes() throws MalformedCheckpointException {
    JsonNode types = config.path("layer_types");
    if (types.isMissingNode() || types.isNull()) {
      return Optional.empty();
    }
    if (!types.isArray()) {
      throw wrong("layer_types", types, "a list of sliding_attention and full_attention");
    }
    List<Boolean> sliding = new ArrayList<>();
    for (JsonNode type : types) {
      String text = type.asText();
      if (!text.equals("sliding_attention") && !text.equals("full_attention")) {
        throw wrong("layer_types", type, "a list of sliding_attention and full_attention");
      }
      sliding.add(text.equals("sliding_attention"));
    }
    if (values.get("block_count") instanceof Long layers && layers != sliding.size()) {
      throw new MalformedCheckpointException(
          file + ": layer_types has " + sliding.size() + " entries, must have " + layers);
    }
    return Optional.of(List.copyOf(sliding));
  }

  private long atLeast(String field, long least) throws MalformedCheckpointException {
    JsonNode value = config.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < least) {
      throw wrong(field, value, "a whole number, at least " + least);
    }
    return value.longValue();
  }

  private void attentionScale() throws MalformedCheckpointException {
    String field = "query_pre_attn_scalar";
    if (family == HuggingFaceFamily.GEMMA3) {
      double scalar = positive(config.path(field), field);
      put("attention.scale", field, 1 / Math.sqrt(scalar));
    }
  }

  private void positions() throws MalformedCheckpointException, UnsupportedCheckpointException {
    number("rope.freq_base", "rope_theta");
    JsonNode parameters = object("rope_parameters");
    JsonNode scaling = object("rope_scaling");
    if (!parameters.isEmpty() && !scaling.isEmpty() && !parameters.equals(scaling)) {
      throw unsupported("rope_scaling", scaling, "absent beside rope_parameters");
    }
    String field = parameters.isEmpty() ? "rope_scaling" : "rope_parameters";
    JsonNode both = parameters.isEmpty() ? scaling : parameters;
    boolean apart = both.has("full_attention") || both.has("sliding_attention");
    if (family == HuggingFaceFamily.GEMMA3) {
      if (!parameters.isEmpty() && !apart) {
        throw wrong(field, parameters, "full_attention and sliding_attention, each an object");
      }
      number("rope.freq_base_swa", "rope_local_base_freq");
      if (apart) {
        localPositions(object(both, field, "sliding_attention"), field + ".sliding_attention");
        scaledPositions(object(both, field, "full_attention"), field + ".full_attention");
      } else {
        scaledPositions(scaling, field);
      }
      values.putIfAbsent("rope.freq_base", 1e6);
      values.putIfAbsent("rope.freq_base_swa", 1e4);
    } else if (apart) {
      throw unsupported(field, both, "the same for all layers");
    } else {
      scaledPositions(both, field);
    }
  }

  private void localPositions(JsonNode node, String field)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    number("rope.freq_base_swa", node.path("rope_theta"), field + ".rope_theta");
    if (!ropeType(node).asText("default").equals("default")) {
      throw unsupported(field + ".rope_type", ropeType(node), "default");
    }
    requireOnly(node, field, Set.of());
  }

  private void scaledPositions(JsonNode node, String field)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    number("rope.freq_base", node.path("rope_theta"), field + ".rope_theta");
    switch (ropeType(node).asText("default")) {
      case "default" -> requireOnly(node, field, Set.of());
      case "linear" -> {
        requireOnly(node, field, Set.of("factor"));
        put("rope.scaling.type", field + ".rope_type", "linear");
        number("rope.scaling.factor", node.path("factor"), field + ".factor");
      }
      case "llama3" -> {
        requireOnly(node, field, Set.of("factor", "low_freq_factor", "high_freq_factor"));
        frequencies =
            new Llama3Frequencies(
                values.get("rope.freq_base") instanceof Double base ? base : 10_000,
                positive(node.path("factor"), field + ".factor"),
                positive(node.path("low_freq_factor"), field + ".low_freq_factor"),
                positive(node.path("high_freq_factor"), field + ".high_freq_factor"),
                originalContext(node, field));
      }
      default ->
          throw unsupported(field + ".rope_type", ropeType(node), "default, linear or llama3");
    }
  }

  private double originalContext(JsonNode node, String field) throws MalformedCheckpointException {
    String name = "original_max_position_embeddings";
    if (config.hasNonNull(name)) {
      return positive(config.path(name), name);
    }
    return node.hasNonNull(name)
        ? positive(node.path(name), field + "." + name)
        : positive(config.path("max_position_embeddings"), "max_position_embeddings");
  }

  private static JsonNode ropeType(JsonNode node) {
    return node.hasNonNull("rope_type") ? node.path("rope_type") : node.path("type");
  }

  /** Refuses what a way of scaling positions doesn't use, as it shows that another one is meant. */
  private void requireOnly(JsonNode node, String field, Set<String> used)
      throws UnsupportedCheckpointException {
    requireWholeHeadsTurned(field + ".partial_rotary_factor", node.path("partial_rotary_factor"));
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (node.hasNonNull(name)
          && !used.contains(name)
          && !ROPE_FIELDS.contains(name)
          && !name.equals("partial_rotary_factor")) {
        throw new UnsupportedCheckpointException(
            file
                + ": "
                + field
                + "."
                + name
                + " is "
                + Excerpt.of(node.path(name))
                + ", but isn't used by rope_type "
                + ropeType(node).asText("default"));
      }
    }
  }

  /** An object, empty where there is none. */
  private JsonNode object(String field) throws MalformedCheckpointException {
    return object(config, "", field);
  }

  private JsonNode object(JsonNode node, String within, String field)
      throws MalformedCheckpointException {
    JsonNode value = node.path(field);
    if (!value.isObject() && node.hasNonNull(field)) {
      throw wrong(within.isEmpty() ? field : within + "." + field, value, "an object");
    }
    return value;
  }

  private double positive(JsonNode value, String field) throws MalformedCheckpointException {
    if (!(value.isNumber() && value.doubleValue() > 0)) {
      throw wrong(field, value, "a number above 0");
    }
    return value.doubleValue();
  }

  private boolean flag(JsonNode node, String field, boolean absent)
      throws MalformedCheckpointException {
    JsonNode value = node.path(field);
    if (value.isNull() || value.isMissingNode()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw wrong(field, value, "true or false");
    }
    return value.booleanValue();
  }

  private UnsupportedCheckpointException unsupported(String field, JsonNode value, Object allowed) {
    return unsupported(file, field, value, allowed);
  }

  private static UnsupportedCheckpointException unsupported(
      Path file, String field, JsonNode value, Object allowed) {
    return new UnsupportedCheckpointException(
        file + ": " + field + " is " + Excerpt.of(value) + ", must be " + allowed);
  }

  private void whole(String key, String... fields) throws MalformedCheckpointException {
    sources.putIfAbsent(key, fields[0]);
    for (String field : fields) {
      JsonNode value = config.path(field);
      if (value.isNull() || value.isMissingNode()) {
        continue;
      }
      if (!value.isIntegralNumber() || !value.canConvertToLong()) {
        throw wrong(field, value, "a whole number");
      }
      put(key, field, value.longValue());
      return;
    }
  }

  private void number(String key, String field) throws MalformedCheckpointException {
    number(key, config.path(field), field);
  }

  private void number(String key, JsonNode value, String field)
      throws MalformedCheckpointException {
    sources.putIfAbsent(key, field);
    if (value.isNull() || value.isMissingNode()) {
      return;
    }
    if (!value.isNumber()) {
      throw wrong(field, value, "a number");
    }
    put(key, field, value.doubleValue());
  }

  private void put(String key, String field, Object value) {
    sources.put(key, field);
    values.put(key, value);
  }

  private MalformedCheckpointException wrong(String field, JsonNode value, String allowed) {
    return wrong(file, field, value, allowed);
  }

  private static MalformedCheckpointException wrong(
      Path file, String field, JsonNode value, String allowed) {
    return new MalformedCheckpointException(
        file + ": " + field + " is " + Excerpt.of(value) + ", must be " + allowed);
  }
}
