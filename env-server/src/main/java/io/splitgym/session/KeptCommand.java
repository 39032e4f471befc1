package io.splitgym.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A command that was carried out, as the journal has it.
 *
 * @param key of the request, if it had one
 * @param after where the episode stood then, so that nobody has to carry it out again to know
 * @param command its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record KeptCommand(@Nullable RequestKey key, Progress.Status after, byte[] command) {
  private static final int KEYED = 0x80;

  byte[] bytes() {
    byte[] text = key == null ? new byte[0] : key.text().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(1 + (key == null ? 0 : 1 + text.length) + command.length);
    out.put((byte) (after.ordinal() | (key == null ? 0 : KEYED)));
    if (key != null) {
      out.put((byte) text.length).put(text);
    }
    return out.put(command).array();
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
    byte[] command = new byte[in.remaining()];
    in.get(command);
    return new KeptCommand(key, Progress.Status.values()[head & ~KEYED & 0xff], command);
  }

  /** Where a session stands after it. */
  Progress after(Progress before) {
    return command[0] == Command.RESET || command[0] == Command.SEEDED_RESET
        ? before.afterReset()
        : new Progress(after, before.episodes(), before.steps() + 1);
  }
}
