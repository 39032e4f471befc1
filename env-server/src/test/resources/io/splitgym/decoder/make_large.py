"""Writes a random GGUF checkpoint with the shapes of LLaMA2-7B in Q4_0 (3.8 GB), block by block.

    python make_large.py OUT.gguf [LAYERS]

with `pip install gguf==0.19.0 numpy`. Its text is nonsense, its memory and time are a real model's.
"""

import sys

import gguf
import numpy

HIDDEN, INNER, HEADS, VOCABULARY = 4096, 11008, 32, 32000
Q4_0 = gguf.GGMLQuantizationType.Q4_0
ROWS_AT_ONCE = 2048


def q4_0(random: numpy.random.Generator, rows: int, columns: int) -> numpy.ndarray:
    """Blocks of 32 numbers: a float16 scale, then 16 bytes of two each."""
    blocks = numpy.empty((rows, columns // 32, 18), numpy.uint8)
    for first in range(0, rows, ROWS_AT_ONCE):
        part = blocks[first : first + ROWS_AT_ONCE]
        part[:] = numpy.frombuffer(random.bytes(part.size), numpy.uint8).reshape(part.shape)
    # a variance of 1 / columns keeps states of one size from layer to layer
    scale = numpy.float16(1 / (4.6 * columns**0.5))
    blocks[..., :2] = numpy.frombuffer(scale.tobytes(), numpy.uint8)
    return blocks.reshape(rows, -1)


def main() -> None:
    layers = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    writer = gguf.GGUFWriter(sys.argv[1], "llama")
    writer.add_name("random-7b")
    writer.add_block_count(layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    special = ["<unk>", "<s>", "</s>"]
    single = [f"<0x{byte:02X}>" for byte in range(256)] + ["▁"] + [chr(97 + i) for i in range(26)]
    filling = [f"unused{i}" for i in range(VOCABULARY - len(special) - len(single))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(special + single + filling)
    writer.add_token_scores([0.0] * 3 + [0.0] * 256 + [-1.0] * 27 + [-2.0] * len(filling))
    writer.add_token_types([3] * 3 + [6] * 256 + [1] * 27 + [5] * len(filling))
    writer.add_bos_token_id(1)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)

    vectors = ["output_norm.weight"]
    matrices = [("token_embd.weight", VOCABULARY, HIDDEN), ("output.weight", VOCABULARY, HIDDEN)]
    for layer in range(layers):
        vectors += [f"blk.{layer}.{name}.weight" for name in ("attn_norm", "ffn_norm")]
        matrices += [
            (f"blk.{layer}.{name}.weight", HIDDEN, HIDDEN)
            for name in ("attn_q", "attn_k", "attn_v", "attn_output")
        ]
        matrices += [(f"blk.{layer}.{name}.weight", INNER, HIDDEN) for name in ("ffn_gate", "ffn_up")]
        matrices.append((f"blk.{layer}.ffn_down.weight", HIDDEN, INNER))
    for name in vectors:
        writer.add_tensor_info(name, (HIDDEN,), numpy.dtype(numpy.float32), HIDDEN * 4)
    for name, rows, columns in matrices:
        size = rows * columns // 32 * 18
        shape = (rows, columns // 32 * 18)
        writer.add_tensor_info(name, shape, numpy.dtype(numpy.uint8), size, raw_dtype=Q4_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _ in vectors:
        writer.write_tensor_data(numpy.ones(HIDDEN, numpy.float32))
    random = numpy.random.default_rng(7)
    for _, rows, columns in matrices:
        writer.write_tensor_data(q4_0(random, rows, columns))
    writer.close()


if __name__ == "__main__":
    main()
