"""Makes bf16.pt and int8.pt beside it: what the decoder runs in those precisions, as TorchScript.

usage: python make_kernels.py

The two files come out the same each time; those beside this script were made with PyTorch 2.15.0 on
Linux and run in 2.7.1.

DJL can't hold bfloat16, so weights and what is between two products stay inside TorchScript. The
modules have no weights of their own. Both have the same methods:

  pack(weight [outputs, inputs], bias [] or [[outputs]])   what linear takes, opaque to the caller
  linear(rows [N, inputs], packed)                          [N, outputs]
  gated(rows, gate, up, down, activation)                   down(activation(gate(x)) * up(x))
  plain(rows, up, down, activation)                         down(activation(up(x)))
  attend(queries, keys, values, mask, scale)                softmax(scale q k^T + mask) v

What goes in and comes out is float32, weights inside of packs apart.
"""

import io
import pathlib
import warnings
import zipfile
from typing import Final, List

import torch
from torch import Tensor
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent


def activated(values: Tensor, activation: str) -> Tensor:
    if activation == "silu":
        return F.silu(values, inplace=True)
    return F.gelu(values, approximate="tanh")


class Bf16(torch.nn.Module):
    """Weights and activations in bfloat16, sums in float32, as the processor's instructions have it."""

    def forward(self) -> str:
        return "bf16"

    @torch.jit.export
    def pack(self, weight: Tensor, bias: List[Tensor]) -> List[Tensor]:
        # Reordered once for oneDNN, for batches of 1,024 rows; others are right, too.
        packed = [torch.ops.mkldnn._reorder_linear_weight(weight.to(torch.bfloat16), 1024)]
        for one in bias:
            packed.append(one.to(torch.bfloat16))
        return packed

    def inner(self, rows: Tensor, packed: List[Tensor]) -> Tensor:
        bias = packed[1] if len(packed) > 1 else None
        return torch.ops.mkldnn._linear_pointwise(rows, packed[0], bias, "none", [], "")

    @torch.jit.export
    def linear(self, rows: Tensor, packed: List[Tensor]) -> Tensor:
        return self.inner(rows.to(torch.bfloat16), packed).to(torch.float32)

    @torch.jit.export
    def gated(
        self,
        rows: Tensor,
        gate: List[Tensor],
        up: List[Tensor],
        down: List[Tensor],
        activation: str,
    ) -> Tensor:
        reduced = rows.to(torch.bfloat16)
        gates = activated(self.inner(reduced, gate), activation)
        return self.inner(gates.mul_(self.inner(reduced, up)), down).to(torch.float32)

    @torch.jit.export
    def plain(self, rows: Tensor, up: List[Tensor], down: List[Tensor], activation: str) -> Tensor:
        inside = activated(self.inner(rows.to(torch.bfloat16), up), activation)
        return self.inner(inside, down).to(torch.float32)

    @torch.jit.export
    def attend(
        self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float
    ) -> Tensor:
        # The fused kernel multiplies in bfloat16 and has scores and softmax in float32.
        return F.scaled_dot_product_attention(
            queries.to(torch.bfloat16),
            keys.to(torch.bfloat16),
            values.to(torch.bfloat16),
            attn_mask=mask,
            scale=scale,
        ).to(torch.float32)


class Int8(torch.nn.Module):
    """Weights in int8 with a scale for each output, sums in int32.

    Rows are two int8 each, a coarse one and what it leaves, with one scale: with the coarse one
    alone, SmolLM2's perplexity is 4.5 % higher, for a few elements of a row are far larger than
    the others. The two are multiplied as rows of one matrix.
    """

    finer: Final[float]

    def __init__(self) -> None:
        super().__init__()
        # What is left of a rounded number is at most a half: as an int8 at most 127 again.
        self.finer = 254.0

    def forward(self) -> str:
        return "int8"

    @torch.jit.export
    def pack(self, weight: Tensor, bias: List[Tensor]) -> List[Tensor]:
        scale = (weight.abs().amax(1) / 127.0).clamp_min_(1e-30)
        packed = [torch.round(weight / scale.unsqueeze(1)).to(torch.int8).t(), scale]
        for one in bias:
            packed.append(one.clone())
        return packed

    def quantized(self, rows: Tensor) -> List[Tensor]:
        # Two passes, both with vector instructions, unlike one of vector_norm or aminmax.
        largest = torch.maximum(rows.amax(1, True), rows.amin(1, True).neg_())
        scale = largest.div_(127.0).clamp_min_(1e-30)
        fine = rows / scale
        coarse = torch.round(fine)
        fine.sub_(coarse).mul_(self.finer).round_()
        return [torch.cat([coarse, fine]).to(torch.int8), scale]

    def inner(self, rows: List[Tensor], packed: List[Tensor]) -> Tensor:
        sums = torch._int_mm(rows[0], packed[0])
        count = rows[1].size(0)
        products = sums[:count].to(torch.float32)
        products.add_(sums[count:], alpha=1.0 / self.finer).mul_(rows[1]).mul_(packed[1])
        return products.add_(packed[2]) if len(packed) > 2 else products

    @torch.jit.export
    def linear(self, rows: Tensor, packed: List[Tensor]) -> Tensor:
        return self.inner(self.quantized(rows), packed)

    @torch.jit.export
    def gated(
        self,
        rows: Tensor,
        gate: List[Tensor],
        up: List[Tensor],
        down: List[Tensor],
        activation: str,
    ) -> Tensor:
        reduced = self.quantized(rows)
        gates = activated(self.inner(reduced, gate), activation)
        return self.inner(self.quantized(gates.mul_(self.inner(reduced, up))), down)

    @torch.jit.export
    def plain(self, rows: Tensor, up: List[Tensor], down: List[Tensor], activation: str) -> Tensor:
        inside = activated(self.inner(self.quantized(rows), up), activation)
        return self.inner(self.quantized(inside), down)

    @torch.jit.export
    def attend(
        self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float
    ) -> Tensor:
        return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, scale=scale)


def save(name: str, module: torch.nn.Module) -> None:
    """Without what names this file's folder: what PyTorch's debugger reads, and a checksum of it."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(HERE / name, "w") as kept:
        for entry in sorted(made.namelist()):
            if not entry.endswith((".debug_pkl", "serialization_id")):
                kept.writestr(zipfile.ZipInfo(entry, (2000, 1, 1, 0, 0, 0)), made.read(entry))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    save("bf16.pt", Bf16())
    save("int8.pt", Int8())
