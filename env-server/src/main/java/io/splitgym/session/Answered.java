package io.splitgym.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The latest request that came with a key.
 *
 * @param command what it asked for, as bytes
 * @param answer what it led to
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared as a whole
record Answered(RequestKey key, byte[] command, Object answer) {
  /**
   * The answer, if this is the same request again; null if it is another one.
   *
   * @throws RequestKeyReusedException if it has the same key but asks for something else
   */
  @Nullable Object to(@Nullable RequestKey asked, byte[] askedFor) {
    if (!key.equals(asked)) {
      return null;
    }
    if (!Arrays.equals(command, askedFor)) {
      throw new RequestKeyReusedException(key);
    }
    return answer;
  }
}
