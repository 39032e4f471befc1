package io.splitgym.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * SentencePiece's precompiled normalisation: which characters become which. In bytes: the length of
 * a trie; the trie as a double array (Aoe, 1989), whose units are laid out as in darts-clone; texts
 * that each end with a zero byte, which the trie's values point to.
 */
final class CharacterMap {
  private static final int BLOCK = 256;
  private static final int LEAF = 1 << 31;

  private CharacterMap() {}

  /**
   * Whether no text can lead a reader of it out of the trie or out of the texts, or into the middle
   * of a character.
   */
  static boolean isSound(String base64) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (bytes.remaining() < Integer.BYTES) {
      return false;
    }
    long trieBytes = Integer.toUnsignedLong(bytes.getInt());
    // a step changes the last byte of a place, so within whole blocks it stays inside
    if (trieBytes == 0
        || trieBytes > bytes.remaining()
        || trieBytes % ((long) BLOCK * Integer.BYTES) != 0) {
      return false;
    }
    int[] units = new int[(int) trieBytes / Integer.BYTES];
    bytes.asIntBuffer().get(units);
    ByteBuffer texts = bytes.position(bytes.position() + (int) trieBytes).slice();
    return isText(texts.duplicate()) && staysInside(units, texts);
  }

  private static boolean isText(ByteBuffer utf8) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(utf8);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean staysInside(int[] units, ByteBuffer texts) {
    for (int place = 0; place < units.length; place++) {
      int unit = units[place];
      if ((unit & LEAF) != 0) {
        continue;
      }
      long next = place ^ offset(unit);
      if (next >= units.length) {
        return false;
      }
      boolean hasValue = (unit >>> 8 & 1) == 1;
      if (hasValue && !beginsCharacter(texts, units[(int) next] & ~LEAF)) {
        return false;
      }
    }
    return true;
  }

  private static long offset(int unit) {
    return (long) (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  private static boolean beginsCharacter(ByteBuffer texts, int at) {
    return at == texts.limit() || at < texts.limit() && (texts.get(at) & 0xC0) != 0x80;
  }
}
