package io.splitgym.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A {@link Checkpoint} as Hugging Face's tools write it: config.json, model.safetensors or several
 * such files with model.safetensors.index.json, tokenizer.json.
 */
final class HuggingFaceFolder implements Checkpoint {
  private static final String CONFIG = "config.json";
  private static final String ONE_FILE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String STORED_EMBEDDING = "embed_tokens.weight";
  private static final String HEAD = "output.weight";
  private static final Set<String> STORED_HEADS =
      Set.of("lm_head.weight", "language_model.lm_head.weight");
  private static final int LONGEST_CONFIG = 1 << 20;
  private static final int LONGEST_INDEX = 1 << 23;
  private static final int LONGEST_TOKENIZER = 1 << 28;
  private static final int LARGEST_HEAD = 1 << 16;
  // Files of a download are links into its cache, so only the name is held to the folder.
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final Path path;
  private final Optional<String> title;
  private final String architecture;
  private final Metadata hyperparameters;
  private final TokenizerSource tokenizer;
  private final Map<String, CheckpointTensor> tensors;

  private HuggingFaceFolder(
      Path path,
      Optional<String> title,
      String architecture,
      Metadata hyperparameters,
      TokenizerSource tokenizer,
      Map<String, CheckpointTensor> tensors) {
    this.path = path;
    this.title = title;
    this.architecture = architecture;
    this.hyperparameters = hyperparameters;
    this.tokenizer = tokenizer;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  static HuggingFaceFolder open(Path folder) throws IOException {
    Path file = folder.resolve(CONFIG);
    JsonNode config = json(file, LONGEST_CONFIG);
    HuggingFaceConfig reader = HuggingFaceConfig.of(file, config);
    Metadata hyperparameters = reader.hyperparameters();
    Map<String, CheckpointTensor> tensors =
        tensors(folder, reader.family(), reader.tiesEmbeddings());
    if (reader.frequencies().isPresent()) {
      String frequencies = "rope_freqs.weight";
      float[] divisors = reader.frequencies().get().divisors(headSize(hyperparameters));
      tensors.put(frequencies, CheckpointTensor.of(file.toString(), frequencies, divisors));
    }
    JsonNode name = config.path("_name_or_path");
    return new HuggingFaceFolder(
        folder,
        name.isTextual() && !name.textValue().isEmpty()
            ? Optional.of(name.textValue())
            : Optional.ofNullable(folder.toAbsolutePath().normalize().getFileName())
                .map(Path::toString),
        reader.family().architecture(),
        hyperparameters,
        tokenizer(folder),
        tensors);
  }

  private static Map<String, CheckpointTensor> tensors(
      Path folder, HuggingFaceFamily family, boolean tied) throws IOException {
    Map<String, SafetensorsShard> stored = stored(folder);
    String prefix =
        family.prefixes().stream()
            .filter(
                before ->
                    stored.keySet().stream()
                        .anyMatch(
                            name ->
                                name.startsWith(before)
                                    && family
                                        .name(name.substring(before.length()))
                                        .filter(Checkpoint.EMBEDDING::equals)
                                        .isPresent()))
            .findFirst()
            .orElseThrow(
                () ->
                    new MalformedCheckpointException(
                        folder + ": the embedding, such as " + STORED_EMBEDDING + ", is missing"));
    Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, SafetensorsShard> entry : stored.entrySet()) {
      String name = entry.getKey();
      if (family.leavesOut(name)) {
        continue;
      }
      String known = known(folder, family, prefix, name);
      MappedTensor tensor = entry.getValue().tensor(name);
      CheckpointTensor arranged =
          CheckpointTensor.of(folder.toString(), known, tensor, family.arrangement(known, tensor));
      if (tensors.put(known, arranged) != null) {
        throw new MalformedCheckpointException(
            folder + ": tensor " + name + " is there a second time under another name");
      }
    }
    if (tied) {
      tensors.remove(HEAD);
    } else if (!tensors.containsKey(HEAD)) {
      throw new MalformedCheckpointException(
          folder + ": tensor lm_head.weight is missing, but tie_word_embeddings is false");
    }
    return tensors;
  }

  private static String known(Path folder, HuggingFaceFamily family, String prefix, String name)
      throws UnsupportedCheckpointException {
    if (STORED_HEADS.contains(name)) {
      return HEAD;
    }
    return Optional.of(name)
        .filter(whole -> whole.startsWith(prefix))
        .flatMap(whole -> family.name(whole.substring(prefix.length())))
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    folder
                        + ": there is a tensor "
                        + name
                        + ", which the family "
                        + family.architecture()
                        + " isn't known to have"));
  }

  /** Which file each tensor is in, by its own name. */
  private static Map<String, SafetensorsShard> stored(Path folder) throws IOException {
    Map<String, SafetensorsShard> stored = new TreeMap<>();
    if (Files.isRegularFile(folder.resolve(ONE_FILE))) {
      SafetensorsShard shard = SafetensorsShard.open(folder.resolve(ONE_FILE));
      shard.names().forEach(name -> stored.put(name, shard));
      return stored;
    }
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      throw new MalformedCheckpointException(
          folder + ": neither " + ONE_FILE + " nor " + INDEX + " is there");
    }
    JsonNode files = json(index, LONGEST_INDEX).path("weight_map");
    if (!files.isObject()) {
      throw new MalformedCheckpointException(index + ": weight_map is missing");
    }
    Map<String, SafetensorsShard> shards = new TreeMap<>();
    Iterator<Map.Entry<String, JsonNode>> fields = files.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      String file = field.getValue().asText();
      if (!field.getValue().isTextual() || !PLAIN_NAME.matcher(file).matches()) {
        throw new MalformedCheckpointException(
            index
                + ": weight_map."
                + field.getKey()
                + " is "
                + field.getValue()
                + ", must be the name of a file in the same folder");
      }
      SafetensorsShard shard = shards.get(file);
      if (shard == null) {
        if (!Files.isRegularFile(folder.resolve(file))) {
          throw new MalformedCheckpointException(
              index + ": " + file + ", which has " + field.getKey() + ", is missing");
        }
        shard = SafetensorsShard.open(folder.resolve(file));
        shards.put(file, shard);
      }
      if (!shard.contains(field.getKey())) {
        throw new MalformedCheckpointException(
            folder.resolve(file) + ": tensor " + field.getKey() + " is missing");
      }
      stored.put(field.getKey(), shard);
    }
    return stored;
  }

  private static int headSize(Metadata hyperparameters) throws MalformedCheckpointException {
    int headSize =
        hyperparameters.findCount("attention.key_length").isPresent()
            ? hyperparameters.count("attention.key_length")
            : hyperparameters.count("embedding_length")
                / hyperparameters.count("attention.head_count");
    if (headSize > LARGEST_HEAD) {
      throw hyperparameters.wrong("attention.key_length", headSize, "at most " + LARGEST_HEAD);
    }
    return headSize;
  }

  private static TokenizerSource tokenizer(Path folder) throws IOException {
    Path json = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(json)) {
      return new TokenizerSource.HuggingFaceJson(
          Optional.empty(), Optional.empty(), Optional.empty());
    }
    requireShort(json, LONGEST_TOKENIZER);
    Path options = folder.resolve("tokenizer_config.json");
    JsonNode config = jsonIfThere(options);
    JsonNode add = config.path("add_bos_token");
    if (config.hasNonNull("add_bos_token") && !add.isBoolean()) {
      throw new MalformedCheckpointException(
          options + ": add_bos_token is " + Excerpt.of(add) + ", must be true or false");
    }
    Optional<String> beginning = beginning(config);
    return new TokenizerSource.HuggingFaceJson(
        Optional.of(json),
        beginning.isPresent()
            ? beginning
            : beginning(jsonIfThere(folder.resolve("special_tokens_map.json"))),
        add.isBoolean() ? Optional.of(add.booleanValue()) : Optional.empty());
  }

  private static Optional<String> beginning(JsonNode config) {
    JsonNode token = config.path("bos_token");
    return Optional.ofNullable((token.isObject() ? token.path("content") : token).textValue());
  }

  private static JsonNode jsonIfThere(Path file) throws IOException {
    return Files.isRegularFile(file) ? json(file, LONGEST_INDEX) : JSON.createObjectNode();
  }

  private static JsonNode json(Path file, int longest) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new MalformedCheckpointException(
          file.toAbsolutePath().getParent() + ": " + file.getFileName() + " is missing");
    }
    requireShort(file, longest);
    byte[] bytes = Files.readAllBytes(file);
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new MalformedCheckpointException(
          file + ": is not JSON as it must be: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedCheckpointException(file + ": is not text: " + e.getMessage());
    }
    if (!json.isObject()) {
      throw new MalformedCheckpointException(file + ": is not a JSON object");
    }
    return json;
  }

  private static void requireShort(Path file, int longest) throws IOException {
    long size = Files.size(file);
    if (size > longest) {
      throw new MalformedCheckpointException(
          file + ": has " + size + " bytes, must have at most " + longest);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Optional<String> title() {
    return title;
  }

  @Override
  public String architecture() {
    return architecture;
  }

  @Override
  public Metadata hyperparameters() {
    return hyperparameters;
  }

  @Override
  public TokenizerSource tokenizer() {
    return tokenizer;
  }

  @Override
  public Map<String, CheckpointTensor> tensors() {
    return tensors;
  }
}
