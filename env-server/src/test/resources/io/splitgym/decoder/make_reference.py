"""Makes the references that SplitGym's own decoder and tokenizer are tested against on real models.

The numbers come from Hugging Face transformers, in float32 on the CPU, on the dequantised weights
of a GGUF file. The fixtures beside this script were made by

    python make_reference.py --gguf SmolLM2-135M-Instruct.Q4_1.gguf \
        --corpus wiki.test.raw --out smollm2-135m-reference.json
    python make_reference.py --gguf gemma-3-270m-q4_k_m.gguf \
        --corpus wiki.test.raw --out gemma3-270m-reference.json

with `pip install torch "transformers>=5,<6" gguf accelerate numpy` (the JSON names the versions).
The corpus is WikiText-2's raw test split (CC BY-SA 3.0 and GFDL; Merity et al., 2016). Without
--corpus, the JSON lacks the keys "corpus" and "perplexity".

Conventions of the JSON:

- Numbers have 7 significant digits. Logits and hidden states are float32; logsumexp and nll (in
  nats) are taken from the float32 logits in float64; root mean squares are summed in float64.
- The passage and every window of the corpus begin with a beginning-of-text token where the model's
  tokenizer adds one, as Gemma's does and SmolLM2's doesn't. No other special token is added, and
  none to the corpus' own ids.
- passage.nll[i] scores token i + 1 from the logits at position i, so it is one shorter than
  passage.token_ids; all other lists over positions are as long as passage.token_ids.
- hidden: boundary 0 is the embedding's output, boundary k the output of layer k (1 to L). The last
  is therefore before the final norm, unlike the last of transformers' own hidden_states. From SmolLM2's
  middle layers on, the first token's massive activations dominate the root mean square of the
  whole state, so the root mean square of all later tokens stands beside it.
- perplexity: each window is a separate forward pass with positions from 0. It scores those of its
  tokens that no earlier window contained, and never its first one; nll is the mean over all scored
  tokens, its exponential the perplexity. A beginning-of-text token counts for the window's length
  and not for the stride, which is at most what remains of the window.
- Tokenization of SmolLM2: transformers' conversion of the GGUF's tokenizer splits with ByteLevel alone,
  whereas SmolLM2's pre-tokenizer splits off single digits (Unicode's numeric characters) first.
  They differ rarely, mostly where white space precedes a numeric character ("a  5" and "4 ½", but
  not "a 5"). The script makes sure that they agree on all token ids that numbers here depend on,
  and reports both for the corpus as a whole: corpus.ids_sha256 is transformers',
  corpus.digits_first is the other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read when transformers is imported

import numpy as np
import tokenizers
import torch
import transformers
from tokenizers import pre_tokenizers

THREADS = 2
TOP = 3
PERPLEXITY_TOKENS = 4096
WINDOWS_AND_STRIDES = ((256, 256), (1024, 1024), (512, 256))

# Digits, punctuation, contractions, newlines and characters of two and three bytes.
PASSAGE = (
    "The naïve café owner kept 128 cups on 7 shelves, and in 2019 she sold 3,456 of them"
    " for €2.50 each.\n"
    "\"It's not much,\" she said, \"but we didn't lose any!\" Her brother asked how the profit"
    " was split: 60% to the house, 40% to the two of them.\n"
    "They wrote it down (twice), closed the door at 18:45, and walked home."
)

# The 16 hidden-state elements: four of the first token, three of which become massive activations
# in SmolLM2, then one dimension for each of 12 later tokens spread over the passage.
FIRST_TOKEN_DIMENSIONS = (0, 100, 247, 507)
LATER_DIMENSIONS = (5, 53, 101, 149, 197, 245, 293, 341, 389, 437, 485, 575)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes a reference of a real model.")
    parser.add_argument("--gguf", type=Path, required=True, help="the model, a GGUF file")
    parser.add_argument("--corpus", type=Path, help="WikiText-2's raw test split")
    parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(THREADS)
    gguf: Path = arguments.gguf
    tokenizer = transformers.AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, dtype=torch.float32
    )
    model.eval()

    reference: dict[str, Any] = {
        "made_by": "make_reference.py",
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__,
                     "tokenizers": tokenizers.__version__},
        "gguf_sha256": sha256(gguf.read_bytes()),
        "dtype": str(model.dtype).removeprefix("torch."),
        "attention": model.config._attn_implementation,
        "threads": THREADS,
    }
    with torch.inference_mode():
        reference |= passage_reference(model, tokenizer)
        if arguments.corpus is not None:
            reference |= corpus_reference(model, tokenizer, arguments.corpus.read_bytes())
    arguments.out.write_text(render(rounded(reference)) + "\n", encoding="utf-8", newline="\n")


def passage_reference(model: Any, tokenizer: Any) -> dict[str, Any]:
    """The passage's token ids, and what the model makes of them at each layer and at its head."""
    first = ids_before(tokenizer)
    ids = first + encode(tokenizer, PASSAGE)
    if not first and ids != encode_digits_first(tokenizer, PASSAGE):
        raise ValueError("the passage's token ids depend on the pre-tokenizer")
    tokens = len(ids)
    logits, boundaries = forward_with_boundaries(model, ids)

    top = logits.topk(TOP)
    positions = spread(8, tokens)
    vocabulary_ids = spread(64, logits.shape[-1])
    places = [(0, dimension) for dimension in FIRST_TOKEN_DIMENSIONS]
    later = spread(1 + len(LATER_DIMENSIONS), tokens)[1:]
    places += list(zip(later, LATER_DIMENSIONS, strict=True))

    return {
        "passage": {
            "text": PASSAGE,
            "token_ids": ids,
            "nll": next_token_nll(logits, ids).tolist(),
            "logsumexp": logits.double().logsumexp(-1).tolist(),
            "top_ids": top.indices.tolist(),
            "top_logits": top.values.tolist(),
        },
        "logits": {
            "positions": positions,
            "vocabulary_ids": vocabulary_ids,
            "values": logits[positions][:, vocabulary_ids].tolist(),
        },
        "hidden": {
            "places": [list(place) for place in places],
            "rms": [root_mean_square(state) for state in boundaries],
            "rms_after_first_token": [root_mean_square(state[1:]) for state in boundaries],
            "elements": [[state[place].item() for place in places] for state in boundaries],
        },
    }


def corpus_reference(model: Any, tokenizer: Any, corpus: bytes) -> dict[str, Any]:
    """How the corpus is tokenized, and the perplexity of its beginning."""
    text = corpus.decode("utf-8")
    ids = encode(tokenizer, text)
    first = ids_before(tokenizer)
    beginning = ids[:PERPLEXITY_TOKENS]
    tokens: dict[str, Any] = {
        "sha256": sha256(corpus),
        "tokens": len(ids),
        "first_ids": ids[:16],
        "ids_sha256": ids_sha256(ids),
    }
    if not first:
        digits_first = encode_digits_first(tokenizer, text)
        if beginning != digits_first[:PERPLEXITY_TOKENS]:
            raise ValueError("the beginning of the corpus depends on the pre-tokenizer")
        tokens["digits_first"] = {
            "tokens": len(digits_first),
            "ids_sha256": ids_sha256(digits_first),
            "differing_indices": differing_indices(ids, digits_first),
        }
    runs = [perplexity_run(model, first, beginning, *sizes) for sizes in WINDOWS_AND_STRIDES]
    return {"corpus": tokens, "perplexity": {"tokens": len(beginning), "runs": runs}}


def perplexity_run(
    model: Any, first: list[int], ids: list[int], window: int, stride: int
) -> dict[str, Any]:
    """The mean nll of the ids, scored window by window, and how long that took."""
    total, scored = 0.0, 0
    room = window - len(first)
    stride = min(stride, room)
    start_time = time.perf_counter()
    for begin, first_scored, end in windows(len(ids), room, stride, len(first)):
        part = first + ids[begin:end]
        logits = model(torch.tensor([part]), use_cache=False).logits[0]
        nll = next_token_nll(logits, part)[first_scored - begin - 1 + len(first) :]
        total += nll.sum().item()
        scored += len(nll)
    seconds = time.perf_counter() - start_time
    return {"window": window, "stride": stride, "scored": scored, "nll": total / scored,
            "seconds": round(seconds, 1)}


def windows(tokens: int, room: int, stride: int, before: int) -> Iterator[tuple[int, int, int]]:
    """Yields (begin, first scored token, end) of each window until all tokens are covered.

    Where a token stands before them, a window's first token is scored as well.
    """
    begin, covered = 0, 0
    while covered < tokens:
        end = min(begin + room, tokens)
        yield begin, max(covered, begin + 1 - before), end
        begin, covered = begin + stride, end


def forward_with_boundaries(model: Any, ids: list[int]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Returns the logits, [T, V], and the hidden states at boundaries 0 to L, each [T, D]."""
    boundaries: list[torch.Tensor] = []

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        state = output[0] if isinstance(output, tuple) else output
        boundaries.append(state[0].clone())

    modules = [model.model.embed_tokens, *model.model.layers]
    hooks = [module.register_forward_hook(keep) for module in modules]
    try:
        logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    finally:
        for hook in hooks:
            hook.remove()
    expected = (len(ids), model.config.hidden_size)
    if len(boundaries) != len(modules) or any(state.shape != expected for state in boundaries):
        raise RuntimeError(f"expected {len(modules)} hidden states of shape {expected}")
    return logits, boundaries


def next_token_nll(logits: torch.Tensor, ids: list[int]) -> torch.Tensor:
    """The nll of ids[1:], in float64, from logits [T, V] over ids[:T]."""
    log_probabilities = logits[:-1].double().log_softmax(-1)
    return -log_probabilities.gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]


def encode(tokenizer: Any, text: str) -> list[int]:
    """Tokenizes as transformers converts the GGUF's tokenizer."""
    return list(tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)


def ids_before(tokenizer: Any) -> list[int]:
    """The beginning-of-text token, of a model whose tokenizer adds one."""
    dressed = list(tokenizer("a")["input_ids"])
    return dressed[:1] if dressed[0] == tokenizer.bos_token_id else []


def encode_digits_first(tokenizer: Any, text: str) -> list[int]:
    """Tokenizes with the same vocabulary and merges, but with SmolLM2's pre-tokenizer."""
    other = tokenizers.Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    other.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    return list(other.encode(text, add_special_tokens=False).ids)


def differing_indices(left: list[int], right: list[int]) -> list[int]:
    """The indices at which two equally long lists differ."""
    pairs = enumerate(zip(left, right, strict=True))
    return [index for index, (a, b) in pairs if a != b]


def spread(count: int, size: int) -> list[int]:
    """Count indices spread evenly over 0 to size - 1, both included."""
    return [index * (size - 1) // (count - 1) for index in range(count)]


def root_mean_square(state: torch.Tensor) -> float:
    return state.double().square().mean().sqrt().item()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def ids_sha256(ids: Iterable[int]) -> str:
    """The SHA-256 of the ids as little-endian 32-bit integers."""
    return sha256(np.array(ids, dtype="<i4").tobytes())


def rounded(value: Any) -> Any:
    """The same structure, each float with 7 significant digits."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


def render(value: Any, indent: int = 0) -> str:
    """JSON with one key a line and lists of numbers filled to lines of 100 characters."""
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {render(item, indent + 2)}" for key, item in value.items()]
        brackets = "{}"
    elif isinstance(value, list) and value and isinstance(value[0], (list, dict)):
        items = [render(item, indent + 2) for item in value]
        brackets = "[]"
    elif isinstance(value, list):
        line = json.dumps(value)
        if indent + len(line) <= 90:
            return line
        filled = textwrap.fill(line[1:-1], 100, initial_indent=inner, subsequent_indent=inner,
                               break_long_words=False, break_on_hyphens=False)
        return f"[\n{filled}\n{' ' * indent}]"
    else:
        return json.dumps(value, ensure_ascii=False)
    body = ",\n".join(inner + item for item in items)
    return f"{brackets[0]}\n{body}\n{' ' * indent}{brackets[1]}"


if __name__ == "__main__":
    main()
