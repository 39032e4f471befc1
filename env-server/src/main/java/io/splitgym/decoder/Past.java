package io.splitgym.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import org.jspecify.annotations.Nullable;

/** Keys and values of the tokens that a layer has seen. */
sealed interface Past {
  /** A window that is seen at once. */
  Past NONE = new Nothing();

  /**
   * @param keys [B, H, T, headSize], rotated
   * @param values [B, H, T, headSize]
   */
  record KeysAndValues(NDArray keys, NDArray values) {}

  /** Those of the past and these, in this order; they may belong to the past then. */
  KeysAndValues with(NDArray keys, NDArray values);

  /** No past, and none is made. */
  record Nothing() implements Past {
    @Override
    public KeysAndValues with(NDArray keys, NDArray values) {
      return new KeysAndValues(keys, values);
    }
  }

  /** A past that grows with every call. Used by one thread. */
  final class Growing implements Past, AutoCloseable {
    private @Nullable KeysAndValues kept;

    @Override
    public KeysAndValues with(NDArray keys, NDArray values) {
      KeysAndValues before = kept;
      NDArray allKeys = before == null ? keys : before.keys.concat(keys, 2);
      NDArray allValues = before == null ? values : before.values.concat(values, 2);
      // they outlive the scope of the layer's run
      NDScope.unregister(allKeys, allValues);
      close();
      KeysAndValues now = new KeysAndValues(allKeys, allValues);
      kept = now;
      return now;
    }

    @Override
    public void close() {
      if (kept != null) {
        kept.keys.close();
        kept.values.close();
        kept = null;
      }
    }
  }
}
