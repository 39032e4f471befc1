package io.splitgym.checkpoint;

/**
 * Widens stored numbers to float32, with the same operations in the same order as ggml's reference
 * code, so that the results are the same bits.
 */
sealed interface Dequantiser
    permits Float32Values,
        Float16Values,
        Bfloat16Values,
        FourBitBlocks,
        FiveBitBlocks,
        EightBitBlocks,
        FourBitTableBlocks,
        TwoBitSuperblocks,
        ThreeBitSuperblocks,
        FourBitSuperblocks,
        FiveBitSuperblocks,
        SixBitSuperblocks {
  /**
   * @param bytes whole blocks, the first at its begin
   * @param blocks how many of them
   * @param into takes their elements
   * @param at where the first element goes
   */
  void widen(byte[] bytes, int blocks, float[] into, int at);
}
