package io.splitgym.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Hugging Face's transformers calls a family's tensors and what it stores differently. Names
 * on {@link Checkpoint}'s side as llama.cpp's {@code convert_hf_to_gguf.py} gives them.
 */
enum HuggingFaceFamily {
  LLAMA("llama", List.of("llama"), "silu", Names.SANDWICH_FREE),
  MISTRAL("mistral", List.of("mistral"), "silu", Names.SANDWICH_FREE),
  QWEN2("qwen2", List.of("qwen2"), "silu", Names.SANDWICH_FREE),
  QWEN3("qwen3", List.of("qwen3"), "silu", Names.SANDWICH_FREE),
  GEMMA3("gemma3", List.of("gemma3_text", "gemma3"), "gelu_pytorch_tanh", Names.SANDWICH),
  GPT2("gpt2", List.of("gpt2"), "gelu_new", Names.GPT2);

  private static final Pattern LAYER = Pattern.compile("(?:layers|h)\\.(0|[1-9]\\d{0,4})\\.(.+)");
  private static final Pattern FREQUENCIES =
      Pattern.compile("(?:.+\\.)?rotary_emb(?:_local)?\\.inv_freq");
  private static final Pattern MASK =
      Pattern.compile("(?:transformer\\.)?h\\.\\d{1,5}\\.attn\\.(?:bias|masked_bias)");
  private static final Pattern IMAGE_TOWER =
      Pattern.compile("(?:model\\.)?(?:vision_tower|multi_modal_projector)\\..+");
  private static final Pattern KIND = Pattern.compile("(.+)\\.(weight|bias)");

  private final String architecture;
  private final List<String> modelTypes;
  private final String activation;
  private final Map<String, String> names;

  HuggingFaceFamily(
      String architecture, List<String> modelTypes, String activation, Map<String, String> names) {
    this.architecture = architecture;
    this.modelTypes = modelTypes;
    this.activation = activation;
    this.names = names;
  }

  /** The family of {@code model_type} in config.json, if it is known. */
  static Optional<HuggingFaceFamily> find(String modelType) {
    return Arrays.stream(values())
        .filter(family -> family.modelTypes.contains(modelType))
        .findFirst();
  }

  /** Each {@code model_type} that is known. */
  static List<String> known() {
    return Arrays.stream(values()).flatMap(family -> family.modelTypes.stream()).toList();
  }

  /** GGUF's word for the family. */
  String architecture() {
    return architecture;
  }

  /** What the feed-forward network's activation must be called. */
  String activation() {
    return activation;
  }

  /** Whether models of that {@code model_type} keep the language model's dimensions apart. */
  boolean seesImages(String modelType) {
    return this == GEMMA3 && modelType.equals("gemma3");
  }

  /** Whether the head is the embedding where config.json doesn't say. */
  boolean tiesEmbeddings() {
    return this == GEMMA3 || this == GPT2;
  }

  /**
   * What transformers takes for a field that isn't there, of those fields that published files
   * leave out.
   */
  Map<String, JsonNode> defaults() {
    Map<String, JsonNode> defaults = new LinkedHashMap<>();
    JsonNodeFactory json = JsonNodeFactory.instance;
    switch (this) {
      case LLAMA -> defaults.put("rms_norm_eps", json.numberNode(1e-6));
      case MISTRAL -> {
        defaults.put("rms_norm_eps", json.numberNode(1e-6));
        defaults.put("num_key_value_heads", json.numberNode(8));
        defaults.put("sliding_window", json.numberNode(4096));
      }
      case QWEN2, QWEN3 -> {
        defaults.put("rms_norm_eps", json.numberNode(1e-6));
        defaults.put("num_key_value_heads", json.numberNode(32));
        defaults.put("sliding_window", json.numberNode(4096));
        defaults.put("max_window_layers", json.numberNode(28));
        if (this == QWEN3) {
          defaults.put("head_dim", json.numberNode(128));
        }
      }
      case GEMMA3 -> {
        defaults.put("hidden_size", json.numberNode(2304));
        defaults.put("intermediate_size", json.numberNode(9216));
        defaults.put("num_hidden_layers", json.numberNode(26));
        defaults.put("num_attention_heads", json.numberNode(8));
        defaults.put("num_key_value_heads", json.numberNode(4));
        defaults.put("head_dim", json.numberNode(256));
        defaults.put("max_position_embeddings", json.numberNode(131_072));
        defaults.put("rms_norm_eps", json.numberNode(1e-6));
        defaults.put("query_pre_attn_scalar", json.numberNode(256));
        defaults.put("sliding_window", json.numberNode(4096));
        defaults.put("sliding_window_pattern", json.numberNode(6));
      }
      case GPT2 -> defaults.put("layer_norm_epsilon", json.numberNode(1e-5));
    }
    return defaults;
  }

  /** Fields that change what the model computes, and the only value of each that is known here. */
  Map<String, Boolean> flags() {
    return switch (this) {
      case GEMMA3 -> Map.of("use_bidirectional_attention", false);
      case GPT2 ->
          Map.of(
              "scale_attn_weights",
              true,
              "scale_attn_by_inverse_layer_idx",
              false,
              "add_cross_attention",
              false);
      case LLAMA, MISTRAL, QWEN2, QWEN3 -> Map.of();
    };
  }

  /** What may stand before names, the longest first. */
  List<String> prefixes() {
    return this == GPT2
        ? List.of("transformer.", "")
        : List.of("language_model.model.", "model.language_model.", "model.", "");
  }

  /**
   * Whether a tensor is known to be none of the language model's weights: rotary frequencies and
   * masks, which older files hold though they are computed, and what sees images.
   *
   * @param name as stored
   */
  boolean leavesOut(String name) {
    return FREQUENCIES.matcher(name).matches()
        || this == GPT2 && MASK.matcher(name).matches()
        || this == GEMMA3 && IMAGE_TOWER.matcher(name).matches();
  }

  /**
   * The checkpoint's name for a tensor of a folder, if it is one of the family's weights.
   *
   * @param name without prefix
   */
  Optional<String> name(String name) {
    Matcher kind = KIND.matcher(name);
    if (!kind.matches()) {
      return Optional.empty();
    }
    Matcher layer = LAYER.matcher(kind.group(1));
    if (layer.matches()) {
      return Optional.ofNullable(names.get("*." + layer.group(2)))
          .map(known -> "blk." + Integer.parseInt(layer.group(1)) + "." + known)
          .map(known -> known + "." + kind.group(2));
    }
    return Optional.ofNullable(names.get(kind.group(1))).map(known -> known + "." + kind.group(2));
  }

  /** How a tensor becomes what the checkpoint promises. */
  Arrangement arrangement(String checkpointName, MappedTensor stored) {
    if (this == GEMMA3 && checkpointName.contains("norm")) {
      return new Arrangement.OnePlus();
    }
    if (this == GPT2 && checkpointName.startsWith("blk.") && stored.shape().size() == 2) {
      return new Arrangement.Transposed();
    }
    return new Arrangement.Same();
  }

  /** Names without {@code .weight} and {@code .bias}; a star stands for a layer. */
  private static final class Names {
    private static final Map<String, String> COMMON =
        Map.ofEntries(
            Map.entry("embed_tokens", "token_embd"),
            Map.entry("norm", "output_norm"),
            Map.entry("*.input_layernorm", "attn_norm"),
            Map.entry("*.self_attn.q_proj", "attn_q"),
            Map.entry("*.self_attn.k_proj", "attn_k"),
            Map.entry("*.self_attn.v_proj", "attn_v"),
            Map.entry("*.self_attn.o_proj", "attn_output"),
            Map.entry("*.self_attn.q_norm", "attn_q_norm"),
            Map.entry("*.self_attn.k_norm", "attn_k_norm"),
            Map.entry("*.mlp.gate_proj", "ffn_gate"),
            Map.entry("*.mlp.up_proj", "ffn_up"),
            Map.entry("*.mlp.down_proj", "ffn_down"));

    /** A norm before attention and one before the feed-forward network. */
    private static final Map<String, String> SANDWICH_FREE =
        with(COMMON, Map.of("*.post_attention_layernorm", "ffn_norm"));

    /** A norm before and one after each. */
    private static final Map<String, String> SANDWICH =
        with(
            COMMON,
            Map.of(
                "*.post_attention_layernorm", "post_attention_norm",
                "*.pre_feedforward_layernorm", "ffn_norm",
                "*.post_feedforward_layernorm", "post_ffw_norm"));

    private static final Map<String, String> GPT2 =
        Map.ofEntries(
            Map.entry("wte", "token_embd"),
            Map.entry("wpe", "position_embd"),
            Map.entry("ln_f", "output_norm"),
            Map.entry("*.ln_1", "attn_norm"),
            Map.entry("*.ln_2", "ffn_norm"),
            Map.entry("*.attn.c_attn", "attn_qkv"),
            Map.entry("*.attn.c_proj", "attn_output"),
            Map.entry("*.mlp.c_fc", "ffn_up"),
            Map.entry("*.mlp.c_proj", "ffn_down"));

    private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
      Map<String, String> all = new LinkedHashMap<>(some);
      all.putAll(more);
      return Map.copyOf(all);
    }
  }
}
