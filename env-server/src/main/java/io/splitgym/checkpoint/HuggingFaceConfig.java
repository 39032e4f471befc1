package io.splitgym.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A config.json as {@link Checkpoint#hyperparameters} has it. Reads the words of transformers 4
 * ({@code rope_theta}, {@code rope_scaling}) and of transformers 5 ({@code rope_parameters}).
 */
final class HuggingFaceConfig {
  private final Path file;
  private final HuggingFaceFamily family;
  private final JsonNode config;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private @Nullable Llama3Frequencies frequencies;

  HuggingFaceConfig(Path file, JsonNode config, HuggingFaceFamily family) {
    this.file = file;
    this.config = config;
    this.family = family;
  }

  Metadata hyperparameters() throws MalformedCheckpointException, UnsupportedCheckpointException {
    refuseWhatIsNotRead();
    whole("block_count", "num_hidden_layers", "n_layer");
    whole("embedding_length", "hidden_size", "n_embd");
    whole("attention.head_count", "num_attention_heads", "n_head");
    whole("attention.head_count_kv", "num_key_value_heads");
    whole("attention.key_length", "head_dim");
    whole("attention.value_length", "head_dim");
    whole("feed_forward_length", "intermediate_size", "n_inner");
    whole("context_length", "max_position_embeddings", "n_positions", "n_ctx");
    whole("vocab_size", "vocab_size");
    number("attention.layer_norm_rms_epsilon", "rms_norm_eps");
    number("attention.layer_norm_epsilon", "layer_norm_epsilon");
    number("attn_logit_softcapping", "attn_logit_softcapping");
    number("final_logit_softcapping", "final_logit_softcapping");
    if (family == HuggingFaceFamily.GPT2 && values.get("embedding_length") instanceof Long width) {
      values.putIfAbsent("feed_forward_length", 4 * width);
    }
    slidingWindow();
    attentionScale();
    positions();
    return new Metadata(
        file.toString(), key -> sources.getOrDefault(key, "what gives " + key), values);
  }

  /** The scaling of LLaMA 3, if config.json has it; known once the hyperparameters were read. */
  Optional<Llama3Frequencies> frequencies() {
    return Optional.ofNullable(frequencies);
  }

  private void refuseWhatIsNotRead()
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    if (config.hasNonNull("quantization_config")) {
      throw new UnsupportedCheckpointException(
          file + ": quantization_config is there, but only F32, F16 and BF16 weights are read");
    }
    for (String field : List.of("hidden_act", "hidden_activation", "activation_function")) {
      JsonNode activation = config.path(field);
      if (activation.isTextual() && !activation.textValue().equals(family.activation())) {
        throw new UnsupportedCheckpointException(
            file + ": " + field + " is " + activation + ", must be " + family.activation());
      }
    }
    if (family == HuggingFaceFamily.GPT2
        && (config.path("scale_attn_by_inverse_layer_idx").asBoolean(false)
            || !config.path("scale_attn_weights").asBoolean(true))) {
      throw new UnsupportedCheckpointException(
          file + ": scale_attn_by_inverse_layer_idx must be false and scale_attn_weights true");
    }
  }

  private void slidingWindow() throws MalformedCheckpointException {
    if (config.hasNonNull("sliding_window") && config.path("use_sliding_window").asBoolean(true)) {
      whole("attention.sliding_window", "sliding_window");
    }
    JsonNode types = config.path("layer_types");
    if (types.isArray()) {
      List<Object> sliding = new ArrayList<>();
      for (JsonNode type : types) {
        String text = type.asText();
        if (!text.equals("sliding_attention") && !text.equals("full_attention")) {
          throw wrong("layer_types", type, "a list of sliding_attention and full_attention");
        }
        sliding.add(text.equals("sliding_attention"));
      }
      put("attention.sliding_window_pattern", "layer_types", List.copyOf(sliding));
    } else {
      whole(
          "attention.sliding_window_pattern", "sliding_window_pattern", "_sliding_window_pattern");
    }
  }

  private void attentionScale() throws MalformedCheckpointException {
    JsonNode scalar = config.path("query_pre_attn_scalar");
    if (scalar.isNumber()) {
      if (!(scalar.doubleValue() > 0)) {
        throw wrong("query_pre_attn_scalar", scalar, "above 0");
      }
      put("attention.scale", "query_pre_attn_scalar", 1 / Math.sqrt(scalar.doubleValue()));
    }
  }

  private void positions() throws MalformedCheckpointException, UnsupportedCheckpointException {
    JsonNode parameters = config.path("rope_parameters");
    if (parameters.has("full_attention")) {
      number(
          "rope.freq_base_swa",
          parameters.path("sliding_attention").path("rope_theta"),
          "rope_parameters.sliding_attention.rope_theta");
      JsonNode local = parameters.path("sliding_attention").path("rope_type");
      if (local.isTextual() && !local.textValue().equals("default")) {
        throw unsupportedRope("rope_parameters.sliding_attention.rope_type", local);
      }
      scaledPositions(parameters.path("full_attention"), "rope_parameters.full_attention");
    } else if (parameters.isObject()) {
      scaledPositions(parameters, "rope_parameters");
    } else {
      number("rope.freq_base", "rope_theta");
      number("rope.freq_base_swa", "rope_local_base_freq");
      scaledPositions(config.path("rope_scaling"), "rope_scaling");
    }
  }

  private void scaledPositions(JsonNode node, String field)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    number("rope.freq_base", node.path("rope_theta"), field + ".rope_theta");
    JsonNode type = node.has("rope_type") ? node.path("rope_type") : node.path("type");
    switch (type.asText("default")) {
      case "default" -> {}
      case "linear" -> {
        put("rope.scaling.type", field + ".rope_type", "linear");
        number("rope.scaling.factor", node.path("factor"), field + ".factor");
      }
      case "llama3" ->
          frequencies =
              new Llama3Frequencies(
                  values.get("rope.freq_base") instanceof Double base ? base : 10_000,
                  positive(node, field, "factor"),
                  positive(node, field, "low_freq_factor"),
                  positive(node, field, "high_freq_factor"),
                  positive(node, field, "original_max_position_embeddings"));
      default -> throw unsupportedRope(field + ".rope_type", type);
    }
  }

  private double positive(JsonNode node, String field, String name)
      throws MalformedCheckpointException {
    JsonNode value = node.path(name);
    if (!(value.isNumber() && value.doubleValue() > 0)) {
      throw wrong(field + "." + name, value, "a number above 0");
    }
    return value.doubleValue();
  }

  private UnsupportedCheckpointException unsupportedRope(String field, JsonNode type) {
    return new UnsupportedCheckpointException(
        file + ": " + field + " is " + type + ", must be default, linear or llama3");
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
    String text = value.toString();
    return new MalformedCheckpointException(
        file
            + ": "
            + field
            + " is "
            + (text.length() > 200 ? text.substring(0, 200) + "..." : text)
            + ", must be "
            + allowed);
  }
}
