package io.splitgym.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How a format's own order of a tensor's numbers becomes the order of {@link Checkpoint}. */
sealed interface Arrangement {
  /** The shape in the order of {@link Checkpoint}. */
  default List<Integer> shape(MappedTensor stored) {
    return stored.shape();
  }

  /**
   * Reads rows, all of them widened to float32. A tensor of one dimension has rows of one element.
   *
   * @param first the first row's number
   * @param count how many rows
   */
  void rows(MappedTensor stored, int first, int count, float[] into, int at);

  /** Elements of one row. */
  static int width(List<Integer> shape) {
    return shape.stream().skip(1).reduce(1, Math::multiplyExact);
  }

  /** As stored. */
  record Same() implements Arrangement {
    @Override
    public void rows(MappedTensor stored, int first, int count, float[] into, int at) {
      int width = width(stored.shape());
      stored.widen((long) first * width, Math.multiplyExact(count, width), into, at);
    }
  }

  /**
   * Rows stored for rotary pairs (2i, 2i + 1), as GGUF has them for LLaMA, put in the order for
   * pairs (i, i + headSize / 2).
   *
   * @param headSize rows of one head
   */
  record PairsApart(int headSize) implements Arrangement {
    @Override
    public void rows(MappedTensor stored, int first, int count, float[] into, int at) {
      int width = width(stored.shape());
      int half = headSize / 2;
      for (int i = 0; i < count; i++) {
        int place = (first + i) % headSize;
        int source = place < half ? 2 * place : 2 * (place - half) + 1;
        long row = (long) first + i - place + source;
        stored.widen(row * width, width, into, at + i * width);
      }
    }
  }

  /** Stored as [inputs, outputs], as GPT-2's Hugging Face folders have matrices. */
  record Transposed() implements Arrangement {
    @Override
    public List<Integer> shape(MappedTensor stored) {
      List<Integer> shape = new ArrayList<>(stored.shape());
      Collections.reverse(shape);
      return shape;
    }

    @Override
    public void rows(MappedTensor stored, int first, int count, float[] into, int at) {
      int inputs = stored.shape().get(0);
      int outputs = stored.shape().get(1);
      float[] column = new float[outputs];
      for (int input = 0; input < inputs; input++) {
        stored.widen((long) input * outputs, outputs, column, 0);
        for (int i = 0; i < count; i++) {
          into[at + i * inputs + input] = column[first + i];
        }
      }
    }
  }

  /** Stored without the one that is to be added, as Gemma's Hugging Face folders have norms. */
  record OnePlus() implements Arrangement {
    @Override
    public void rows(MappedTensor stored, int first, int count, float[] into, int at) {
      new Same().rows(stored, first, count, into, at);
      int elements = count * width(stored.shape());
      for (int i = at; i < at + elements; i++) {
        into[i] += 1;
      }
    }
  }
}
