package io.splitgym.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's BPE, GGUF's model {@code llama}: pieces with scores, of which the best pair is
 * merged first. Hugging Face's tokenizers want the pairs instead, so each way to put a piece
 * together from two others is one, in the order of the pieces' scores.
 */
final class SentencePieceDescription extends TokenizerDescription {
  private static final String SPACE = "\u2581";

  /** Two pieces that make a third. */
  private record Merge(String left, String right, int leftId, int rightId, double score) {}

  SentencePieceDescription(Metadata metadata) {
    super(metadata);
  }

  @Override
  boolean usuallyBegins() {
    return true;
  }

  @Override
  void describe(ObjectNode root, ObjectNode vocabulary) throws MalformedCheckpointException {
    // as llama.cpp where the file says nothing
    boolean prefix = metadata().findFlag("add_space_prefix").orElse(true);
    ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
    ArrayNode normalizers = normalizer.putArray("normalizers");
    if (prefix) {
      normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
    }
    replace(normalizers.addObject(), " ", SPACE);
    root.putNull("pre_tokenizer");

    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }

    List<String> tokens = metadata().texts("tokens");
    long unknown = metadata().findWhole("unknown_token_id").orElse(0);
    if (unknown < 0 || unknown >= tokens.size()) {
      throw metadata().wrong("unknown_token_id", unknown, "in [0, " + (tokens.size() - 1) + "]");
    }
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").put("unk_token", tokens.get((int) unknown));
    model.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    model.set("vocab", vocabulary);
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges(tokens)) {
      merges.addArray().add(merge.left).add(merge.right);
    }
  }

  private List<Merge> merges(List<String> tokens) throws MalformedCheckpointException {
    List<Long> types = types(tokens);
    List<Double> scores = metadata().numbers("scores");
    requireOneForEach("scores", scores, tokens);
    Map<String, Integer> pieces = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (types.get(id) == NORMAL) {
        pieces.put(tokens.get(id), id);
      }
    }
    List<Merge> merges = new ArrayList<>();
    pieces.forEach(
        (piece, id) -> {
          int next;
          for (int at = next(piece, 0); at < piece.length(); at = next) {
            next = next(piece, at);
            Integer left = pieces.get(piece.substring(0, at));
            Integer right = pieces.get(piece.substring(at));
            if (left != null && right != null) {
              merges.add(
                  new Merge(
                      piece.substring(0, at), piece.substring(at), left, right, scores.get(id)));
            }
          }
        });
    merges.sort(
        Comparator.comparingDouble((Merge merge) -> -merge.score)
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    return merges;
  }

  private static int next(String text, int at) {
    return text.offsetByCodePoints(at, 1);
  }

  private static void replace(ObjectNode node, String what, String by) {
    node.put("type", "Replace").put("content", by).putObject("pattern").put("String", what);
  }
}
