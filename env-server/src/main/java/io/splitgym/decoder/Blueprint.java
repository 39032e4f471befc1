package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** What a decoder is built from: a checkpoint, its family and the shape that it tells. */
record Blueprint(Checkpoint checkpoint, Family family, TransformerShape shape, Biases biases) {
  private static final String SCALING = "rope.scaling.type";
  private static final String FACTOR = "rope.scaling.factor";
  private static final String OLD_FACTOR = "rope.scale_linear";
  private static final String ROTATED = "rope.dimension_count";
  private static final String DIVISORS = "rope_freqs.weight";

  /**
   * What checkpoints can say and no decoder here does, each with the value that changes nothing.
   * Keys are those of llama.cpp's {@code llama-arch.cpp}; a truth value counts as 1 or 0.
   */
  private static final Map<String, Integer> NOT_DONE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("attention.causal", 1),
              Map.entry("attention.clamp_kqv", 0),
              Map.entry("attention.max_alibi_bias", 0),
              Map.entry("attn_logit_softcapping", 0),
              Map.entry("embedding_scale", 1),
              Map.entry("expert_count", 0),
              Map.entry("final_logit_softcapping", 0),
              Map.entry("logit_scale", 1),
              Map.entry("residual_scale", 1),
              Map.entry("rope.scaling.alpha", 0),
              Map.entry("rope.scaling.attn_factor", 1),
              Map.entry("use_parallel_residual", 0)));

  static Blueprint of(Checkpoint checkpoint)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    Family family = Family.of(checkpoint);
    Metadata numbers = checkpoint.hyperparameters();
    requireNothingNotDone(numbers);
    String scaling = numbers.findText(SCALING).orElse("none");
    if (!scaling.equals("none") && !scaling.equals("linear")) {
      throw numbers.unsupported(SCALING, scaling, "none or linear");
    }
    TransformerShape shape = TransformerShape.of(checkpoint, family.gates());
    OptionalInt rotated = numbers.findCount(ROTATED);
    if (rotated.isPresent() && rotated.getAsInt() != shape.headSize()) {
      throw numbers.unsupported(
          ROTATED, rotated.getAsInt(), shape.headSize() + ", as a whole head is rotated");
    }
    return new Blueprint(checkpoint, family, shape, family.biases(checkpoint));
  }

  private static void requireNothingNotDone(Metadata numbers)
      throws UnsupportedCheckpointException {
    for (Map.Entry<String, Integer> each : NOT_DONE.entrySet()) {
      Optional<Object> said = numbers.find(each.getKey(), Object.class);
      if (said.isPresent() && asNumber(said.get()) != each.getValue()) {
        throw numbers.unsupported(
            each.getKey(),
            said.get(),
            "missing or "
                + (said.get() instanceof Boolean ? each.getValue() == 1 : each.getValue())
                + ", as anything else can't be evaluated");
      }
    }
  }

  private static double asNumber(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  Metadata numbers() {
    return checkpoint.hyperparameters();
  }

  /** The rotary frequencies of a base, as they were trained. */
  List<Double> frequencies(double base) {
    int half = shape.headSize() / 2;
    List<Double> frequencies = new ArrayList<>();
    for (int i = 0; i < half; i++) {
      frequencies.add(Math.pow(base, -(double) i / half));
    }
    return Collections.unmodifiableList(frequencies);
  }

  /**
   * The rotary frequencies of a base, slowed down where the checkpoint makes the context longer.
   */
  List<Double> scaledFrequencies(double base) throws MalformedCheckpointException {
    double factor = factor();
    List<Double> frequencies = frequencies(base);
    if (factor == 1 && !checkpoint.tensors().containsKey(DIVISORS)) {
      return frequencies;
    }
    float[] divisors =
        checkpoint.tensors().containsKey(DIVISORS)
            ? checkpoint.floats(DIVISORS, frequencies.size())
            : new float[0];
    List<Double> scaled = new ArrayList<>();
    for (int i = 0; i < frequencies.size(); i++) {
      scaled.add(frequencies.get(i) / factor / (divisors.length == 0 ? 1 : divisors[i]));
    }
    return Collections.unmodifiableList(scaled);
  }

  /** As llama.cpp has it: a factor without a type is one of linear scaling. */
  private double factor() throws MalformedCheckpointException {
    Optional<String> type = numbers().findText(SCALING);
    if (type.equals(Optional.of("none"))) {
      return 1;
    }
    OptionalDouble factor = numbers().findNumber(FACTOR);
    OptionalDouble old = numbers().findNumber(OLD_FACTOR);
    if (factor.isEmpty() && old.isEmpty() && type.isPresent()) {
      return numbers().number(FACTOR);
    }
    return factor.orElse(old.orElse(1));
  }

  /** Refuses a checkpoint that says more than its family is known to have. */
  void requireAllRead(Set<String> read) throws UnsupportedCheckpointException {
    for (String name : checkpoint.tensors().keySet()) {
      if (!read.contains(name) && !name.equals(DIVISORS)) {
        throw new UnsupportedCheckpointException(
            checkpoint.path()
                + ": there is a tensor "
                + name
                + ", which a decoder of the family "
                + checkpoint.architecture()
                + " with these hyperparameters isn't known to have");
      }
    }
  }
}
