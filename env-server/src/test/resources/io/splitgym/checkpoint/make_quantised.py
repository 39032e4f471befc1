"""Makes the reference that SplitGym's dequantisers are tested against.

quantised.gguf holds one tensor of every type that SplitGym reads, each of random bytes;
quantised-values.safetensors holds, under the same names, what the Python package gguf makes of them
in float32. The fixtures beside this script were made by

    python make_quantised.py

with `pip install "gguf==0.19.0" safetensors numpy`.

The float16 scales in the bytes are random too, but finite, and subnormal ones and both zeros are
among them. The tensors of type F16 and BF16 hold infinities as well.
"""

import numpy
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize
from safetensors.numpy import save_file

ROWS = 2
COLUMNS = 512
TYPES = (
    "F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL".split()
)
# Where the float16 numbers of a block are.
SCALES = {
    "Q4_0": [0],
    "Q4_1": [0, 2],
    "Q5_0": [0],
    "Q5_1": [0, 2],
    "Q8_0": [0],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
    "IQ4_NL": [0],
}


def stored(name: str, random: numpy.random.Generator) -> numpy.ndarray:
    """Bytes of a tensor, [ROWS, bytes in a row]."""
    if name == "F32":
        return random.normal(size=(ROWS, COLUMNS)).astype("<f4").view(numpy.uint8)
    if name in ("F16", "BF16"):
        bits = random.integers(0, 1 << 16, size=(ROWS, COLUMNS), dtype=numpy.uint16)
        exponent = 0x7C00 if name == "F16" else 0x7F80
        bits[(bits & exponent) == exponent] &= exponent | 0x8000  # no NaN, but infinities
        bits[0, :4] = [exponent, exponent | 0x8000, 0x8000, 1]
        return bits.view(numpy.uint8)
    elements, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    blocks = random.integers(0, 256, size=(ROWS * COLUMNS // elements, size), dtype=numpy.uint8)
    for at in SCALES[name]:
        scales = random.normal(scale=0.1, size=len(blocks)).astype(numpy.float16)
        scales[0] = [6e-8, -0.0][at % 4 // 2]
        blocks[:, at : at + 2] = scales.view(numpy.uint8).reshape(-1, 2)
    return blocks.reshape(ROWS, -1)


def main() -> None:
    random = numpy.random.default_rng(7)
    writer = GGUFWriter("quantised.gguf", "none")
    writer.add_string("general.name", "one tensor of every type")
    writer.add_array("words", ["a", "b\u00e9", ""])
    writer.add_array("numbers", [1.5, -2.0])
    writer.add_array("flags", [True, False])
    values = {}
    for name in TYPES:
        kind = GGMLQuantizationType[name]
        data = stored(name, random)
        values[name] = numpy.ascontiguousarray(dequantize(data, kind).reshape(ROWS, COLUMNS))
        if name in ("F32",):
            writer.add_tensor(name, data.view(numpy.float32))
        elif name == "F16":
            writer.add_tensor(name, data.view(numpy.float16))
        else:
            writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(values, "quantised-values.safetensors", metadata={"gguf": "0.19.0"})


if __name__ == "__main__":
    main()
