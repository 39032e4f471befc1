package io.splitgym.checkpoint;

/**
 * The twelve bytes in which Q4_K and Q5_K pack, for each of eight groups, six bits of scale and six
 * of minimum. The first four groups' are the lower six bits of the first and second four bytes; the
 * others' lower four bits are in the last four bytes, their upper two above the first groups'.
 */
final class GroupScales {
  private GroupScales() {}

  static int scale(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + group] & 0x3F
        : bytes[at + 4 + group] & 0xF | bytes[at + group - 4] >> 2 & 0x30;
  }

  static int minimum(byte[] bytes, int at, int group) {
    return group < 4
        ? bytes[at + 4 + group] & 0x3F
        : bytes[at + 4 + group] >> 4 & 0xF | bytes[at + group] >> 2 & 0x30;
  }
}
