package io.splitgym.decoder;

import io.splitgym.checkpoint.Checkpoint;
import io.splitgym.checkpoint.MalformedCheckpointException;
import io.splitgym.checkpoint.Metadata;
import io.splitgym.checkpoint.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** What a decoder is built from: a checkpoint, its family and the shape that it tells. */
record Blueprint(Checkpoint checkpoint, Family family, TransformerShape shape, Biases biases) {
  private static final String SCALING = "rope.scaling.type";
  private static final String DIVISORS = "rope_freqs.weight";

  static Blueprint of(Checkpoint checkpoint)
      throws MalformedCheckpointException, UnsupportedCheckpointException {
    Family family = Family.of(checkpoint);
    Metadata numbers = checkpoint.hyperparameters();
    for (String key : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
      if (numbers.find(key, Double.class).isPresent()) {
        throw new UnsupportedCheckpointException(
            checkpoint.path() + ": " + key + " is there, but capped logits can't be evaluated yet");
      }
    }
    String scaling = numbers.find(SCALING, String.class).orElse("none");
    if (!scaling.equals("none") && !scaling.equals("linear")) {
      throw new UnsupportedCheckpointException(
          checkpoint.path() + ": " + SCALING + " is " + scaling + ", must be none or linear");
    }
    return new Blueprint(
        checkpoint,
        family,
        TransformerShape.of(checkpoint, family.gates()),
        family.biases(checkpoint));
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
    double factor = 1;
    if (numbers().find(SCALING, String.class).orElse("none").equals("linear")) {
      factor = numbers().number("rope.scaling.factor");
    }
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
