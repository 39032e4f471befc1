package io.splitgym.checkpoint;

/**
 * How a tensor's numbers are stored: in GGUF all of these, in safetensors F32, F16 and BF16. Blocks
 * are laid out as in ggml's {@code ggml-common.h}.
 */
public enum TensorType {
  F32(0, 1, 4, new Float32Values()),
  F16(1, 1, 2, new Float16Values()),
  BF16(30, 1, 2, new Bfloat16Values()),
  Q4_0(2, 32, 18, new FourBitBlocks(false)),
  Q4_1(3, 32, 20, new FourBitBlocks(true)),
  Q5_0(6, 32, 22, new FiveBitBlocks(false)),
  Q5_1(7, 32, 24, new FiveBitBlocks(true)),
  Q8_0(8, 32, 34, new EightBitBlocks()),
  Q2_K(10, 256, 84, new TwoBitSuperblocks()),
  Q3_K(11, 256, 110, new ThreeBitSuperblocks()),
  Q4_K(12, 256, 144, new FourBitSuperblocks()),
  Q5_K(13, 256, 176, new FiveBitSuperblocks()),
  Q6_K(14, 256, 210, new SixBitSuperblocks()),
  IQ4_NL(20, 32, 18, new FourBitTableBlocks());

  private final int code;
  private final int blockElements;
  private final int blockBytes;
  private final Dequantiser dequantiser;

  TensorType(int code, int blockElements, int blockBytes, Dequantiser dequantiser) {
    this.code = code;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.dequantiser = dequantiser;
  }

  /** Elements that share one block; rows are whole multiples of it. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes of one block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** GGUF's number for the type. */
  int code() {
    return code;
  }

  Dequantiser dequantiser() {
    return dequantiser;
  }
}
