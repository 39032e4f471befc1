package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.space.Box;
import io.splitgym.space.Discrete;
import io.splitgym.space.Space;
import java.util.List;

/** A space as JSON. */
public sealed interface SpaceBody {
  /** The body of that space. */
  static SpaceBody of(Space space) {
    if (space instanceof Box box) {
      return BoxBody.of(box);
    }
    return new DiscreteBody("Discrete", ((Discrete) space).n(), 0);
  }

  /**
   * A box. JSON has no infinity: a bound that isn't there is the greatest finite float32, of its
   * sign.
   */
  @SuppressWarnings("ArrayRecordComponent") // made for Jackson, which writes it once
  @JsonPropertyOrder({"type", "names", "low", "high", "shape", "dtype"})
  record BoxBody(
      String type, List<String> names, float[] low, float[] high, List<Integer> shape, String dtype)
      implements SpaceBody {
    static BoxBody of(Box box) {
      return new BoxBody(
          "Box",
          box.names(),
          finite(box.low()),
          finite(box.high()),
          List.of(box.size()),
          "float32");
    }

    private static float[] finite(float[] bounds) {
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, bounds[i]));
      }
      return bounds;
    }
  }

  /** The integers from {@code start} on. */
  @JsonPropertyOrder({"type", "n", "start"})
  record DiscreteBody(String type, int n, int start) implements SpaceBody {}
}
