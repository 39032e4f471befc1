package io.splitgym.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A command that was carried out, as the journal has it.
 *
 * @param key of the request, if it had one
 * @param reset whether it was a reset; else it was a step
 * @param after where the episode stood then, so that nobody has to carry it out again to know
 * @param trace of the answer, as {@link Answers#trace} has it: a small part of it, enough to see
 *     that carrying the command out again leads elsewhere
 * @param command its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record KeptCommand(
    @Nullable RequestKey key, boolean reset, Progress.Status after, int trace, byte[] command) {
  private static final int KEYED = 0x80;
  private static final int RESET = 0x40;
  private static final int STATUS = 0x3f;

  byte[] bytes() {
    byte[] text = key == null ? new byte[0] : key.text().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out =
        ByteBuffer.allocate(
            1 + (key == null ? 0 : 1 + text.length) + Integer.BYTES + command.length);
    out.put((byte) (after.ordinal() | (reset ? RESET : 0) | (key == null ? 0 : KEYED)));
    if (key != null) {
      out.put((byte) text.length).put(text);
    }
    return out.putInt(trace).put(command).array();
  }

  static KeptCommand of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int head = in.get();
    RequestKey key = null;
    if ((head & KEYED) != 0) {
      byte[] text = new byte[in.get() & 0xff];
      in.get(text);
      key = new RequestKey(new String(text, StandardCharsets.US_ASCII));
    }
    int trace = in.getInt();
    byte[] command = new byte[in.remaining()];
    in.get(command);
    return new KeptCommand(
        key, (head & RESET) != 0, Progress.Status.values()[head & STATUS], trace, command);
  }

  /** Where a session stands after it. */
  Progress after(Progress before) {
    return reset ? before.afterReset() : new Progress(after, before.episodes(), before.steps() + 1);
  }
}
