package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Damages the tokenizer.json of a folder again and again and tokenizes with what still opens. The
 * library that reads such files is native: what it can't stand ends the process, so that this one
 * is another. Its last line then tells which damage it was.
 */
final class MutatedTokenizersInAnotherProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What may stand in any place, wherever it is. */
  private static final List<String> HOSTILE =
      List.of(
          "null",
          "\"\"",
          "\"a\"",
          "\"(\"",
          "\"(?=)\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "true",
          "0",
          "1",
          "-1",
          "2147483647",
          "4294967295",
          "9223372036854775807",
          "1e300",
          "0.5");

  private MutatedTokenizersInAnotherProcess() {}

  /** A place in a document. */
  private record Place(JsonNode parent, String field, int index) {
    JsonNode node() {
      return parent.isObject() ? parent.get(field) : parent.get(index);
    }

    void set(JsonNode value) {
      if (parent instanceof ObjectNode object) {
        object.set(field, value);
      } else {
        ((ArrayNode) parent).set(index, value);
      }
    }

    void remove() {
      if (parent instanceof ObjectNode object) {
        object.remove(field);
      } else {
        ((ArrayNode) parent).remove(index);
      }
    }
  }

  static Process start(Path folder, int times, long seed, Path output) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            MutatedTokenizersInAnotherProcess.class.getName(),
            folder.toString(),
            Integer.toString(times),
            Long.toString(seed))
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int times = Integer.parseInt(arguments[1]);
    RandomStream random = RandomStream.ofSeed(Long.parseLong(arguments[2]));
    Path file = folder.resolve("tokenizer.json");
    JsonNode sound = JSON.readTree(file.toFile());
    int refused = 0;
    for (int i = 0; i < times; i++) {
      JsonNode mutated = sound.deepCopy();
      StringBuilder damage = new StringBuilder();
      for (int change = random.nextInteger(1, 2); change > 0; change--) {
        damage.append(damaged(mutated, random)).append("; ");
      }
      System.out.println(i + " " + damage);
      System.out.flush();
      Files.write(file, JSON.writeValueAsBytes(mutated));
      try (TextTokenizer tokenizer = TextTokenizer.of(Checkpoint.open(folder))) {
        tokenizer.decode(tokenizer.encode("Hello,  world 12 \u00e9\u4e16"));
      } catch (MalformedCheckpointException | InvalidValueException e) {
        refused++;
      }
    }
    System.out.println("refused " + refused);
  }

  private static String damaged(JsonNode document, RandomStream random) throws IOException {
    List<Place> places = new ArrayList<>();
    List<String> names = new ArrayList<>();
    collect("", document, places, names);
    if (places.isEmpty()) {
      return "nothing is left";
    }
    int chosen = random.nextInteger(0, places.size() - 1);
    Place place = places.get(chosen);
    double kind = random.nextDouble();
    if (kind < 0.2) {
      place.remove();
      return names.get(chosen) + " removed";
    }
    JsonNode value =
        kind < 0.8
            ? JSON.readTree(HOSTILE.get(random.nextInteger(0, HOSTILE.size() - 1)))
            : places.get(random.nextInteger(0, places.size() - 1)).node().deepCopy();
    place.set(value);
    String shown = value.toString();
    return names.get(chosen) + " = " + shown.substring(0, Math.min(shown.length(), 200));
  }

  /** Of the vocabulary and the merges the first only, so that the rest is met often enough. */
  private static void collect(String name, JsonNode node, List<Place> places, List<String> names) {
    int count = 0;
    if (node.isObject()) {
      for (var field : node.properties()) {
        if (count++ < 12) {
          add(name + "." + field.getKey(), new Place(node, field.getKey(), 0), places, names);
        }
      }
    }
    for (int i = 0; node.isArray() && i < Math.min(node.size(), 6); i++) {
      add(name + "[" + i + "]", new Place(node, "", i), places, names);
    }
  }

  private static void add(String name, Place place, List<Place> places, List<String> names) {
    places.add(place);
    names.add(name);
    collect(name, place.node(), places, names);
  }
}
