"""Perplexity over a whole text, by SplitGym, by transformers in float32 and by llama.cpp.

    python compare.py --text wiki.test.raw --work FOLDER --report FILE

All get the same GGUF files and score the same text, each by its own tokenizer; the report tells where
one scores another number of tokens. Each window is a forward pass whose first token isn't scored. Where
the model wants a beginning-of-text token, every window begins with one, which then is that first token.
Every finished window is on disk, so that a run can be broken off and taken up again; with hours of work
in it, it should be. Not part of mvn verify.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read when transformers is imported

HEAD_TOKENS = 128  # logits of so many tokens at once
MODELS = {
    "smollm2-135m": "SmolLM2-135M-Instruct.Q4_1.gguf",
    "gemma3-270m": "gemma-3-270m-q4_k_m.gguf",
}
IMPLEMENTATIONS = ("transformers", "llama.cpp", "llama.cpp-f32", "splitgym")
OTHERS = {
    "transformers": "transformers",
    "llama.cpp": "llama.cpp",
    "llama.cpp-f32": "llama.cpp on weights in float32",
}


def windows(ids: list[int], length: int, first: int | None) -> Iterator[list[int]]:
    """The text's tokens in windows; a last one of a single token would score nothing."""
    head = [] if first is None else [first]
    room = length - len(head)
    for start in range(0, len(ids), room):
        window = head + ids[start : start + room]
        if len(window) > 1:
            yield window


class Transformers:
    """Hugging Face transformers on the dequantised weights, float32 on the CPU."""

    def __init__(self, gguf: Path, threads: int) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(threads)
        self.torch = torch
        where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
        self.tokenizer = AutoTokenizer.from_pretrained(**where)
        self.model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32).eval()

    def ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def first(self) -> int | None:
        ids = self.tokenizer("a")["input_ids"]
        return ids[0] if ids[0] == self.tokenizer.bos_token_id else None

    def nll(self, window: list[int]) -> float:
        """The sum over the window's tokens but its first, in nats."""
        torch = self.torch
        total = 0.0
        with torch.inference_mode():
            hidden = self.model.model(torch.tensor([window]), use_cache=False)[0][0]
            targets = torch.tensor(window[1:])
            for start in range(0, len(targets), HEAD_TOKENS):
                part = targets[start : start + HEAD_TOKENS]
                logits = self.model.lm_head(hidden[start : start + len(part)]).double()
                total += float(torch.nn.functional.cross_entropy(logits, part, reduction="sum"))
        return total


def dequantised(gguf: Path, folder: Path) -> Path:
    """A copy whose weights are float32: with it llama.cpp rounds no activations to 8 bits."""
    from gguf import GGUFReader, GGUFValueType, GGUFWriter
    from gguf.quants import dequantize

    copy = folder / f"{gguf.stem}.f32.gguf"
    if copy.exists():
        return copy
    reader = GGUFReader(gguf)
    unfinished = copy.with_suffix(".part")
    writer = GGUFWriter(unfinished, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), field.types[0], inner)
    for tensor in reader.tensors:
        weights = dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, weights.reshape([*reversed(tensor.shape.tolist())]))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return unfinished.rename(copy)


class LlamaCpp:
    """llama.cpp; quantised weights it multiplies with 8-bit activations."""

    def __init__(self, gguf: Path, threads: int) -> None:
        import llama_cpp

        self.library = llama_cpp
        self.path = str(gguf)
        self.threads = threads
        self.model: Any = llama_cpp.Llama(self.path, vocab_only=True, verbose=False)
        self.length = 0

    def ids(self, text: str) -> list[int]:
        return self.model.tokenize(text.encode(), add_bos=False, special=False)

    def first(self) -> int | None:
        vocabulary = self.library.llama_model_get_vocab(self.model._model.model)
        wanted = self.library.llama_vocab_get_add_bos(vocabulary)
        return self.model.token_bos() if wanted else None

    def nll(self, window: list[int]) -> float:
        import numpy as np

        if len(window) > self.length:
            self.length = len(window)
            self.model = self.library.Llama(
                self.path,
                n_ctx=self.length,
                n_batch=512,
                n_threads=self.threads,
                n_threads_batch=self.threads,
                logits_all=True,
                verbose=False,
            )
        self.model.reset()
        self.model.eval(window)
        total = 0.0
        for start in range(0, len(window) - 1, HEAD_TOKENS):
            targets = np.array(window[start + 1 : start + 1 + HEAD_TOKENS])
            logits = self.model.scores[start : start + len(targets)]
            top = logits.max(axis=1)
            # the exponentials in float32, as in float64 they take as long as the model
            sums = np.exp(logits - top[:, None]).sum(axis=1, dtype=np.float64)
            chosen = logits[np.arange(len(targets)), targets]
            total += float((np.log(sums) + top - chosen).sum())
        return total


def measure(engine: Any, text: str, most: int | None, length: int, found: Path) -> None:
    """Adds the windows that the file doesn't have yet, a line for each."""
    lines = found.read_text().splitlines() if found.exists() else []
    done = len(lines)
    ids = engine.ids(text)[:most]
    with found.open("a") as out:
        for index, window in enumerate(windows(ids, length, engine.first())):
            if index < done:
                continue
            start = time.monotonic()
            nll = engine.nll(window)
            line = {"nll": nll, "scored": len(window) - 1, "seconds": time.monotonic() - start}
            out.write(json.dumps(line) + "\n")
            out.flush()
            print(f"{found.name}: window {index + 1}", end="\r", file=sys.stderr)


def tokenizers_apart(arguments: argparse.Namespace) -> None:
    """Prints what one window comes to in transformers, on its own token ids and on llama.cpp's."""
    text = arguments.text.read_text(encoding="utf-8")
    for model in arguments.models:
        gguf = arguments.gguf / MODELS[model]
        engine = Transformers(gguf, arguments.threads)
        own, other = engine.ids(text), LlamaCpp(gguf, arguments.threads).ids(text)
        apart = [i for i, (a, b) in enumerate(zip(own, other, strict=False)) if a != b]
        print(f"{model}: {len(own):,} and {len(other):,} tokens, apart from {apart[:5]} on")
        for length in arguments.windows:
            room = length - (engine.first() is not None)
            index = arguments.window_of // room
            nlls = [
                engine.nll(list(windows(ids, length, engine.first()))[index])
                for ids in (own, other)
            ]
            print(f"window {index + 1} of {length}: {nlls[0]:.2f} and {nlls[1]:.2f} nats")


def complete(found: Path) -> bool:
    return found.with_suffix(".done").exists()


def of_splitgym(arguments: argparse.Namespace, gguf: Path, length: int) -> dict[str, Any]:
    start = time.monotonic()
    command = [arguments.splitgym, "perplexity", "--model", str(gguf)]
    command += ["--corpus", str(arguments.text), "--window", str(length)]
    command += ["--threads", str(arguments.threads), "--precision", "f32", "--json"]
    if arguments.max_tokens is not None:
        command += ["--max-tokens", str(arguments.max_tokens)]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {"answer": answer, "seconds": time.monotonic() - start}


def file_of(arguments: argparse.Namespace, model: str, length: int, name: str) -> Path:
    part = "" if arguments.max_tokens is None else f"-{arguments.max_tokens}"
    return arguments.work / f"{model}-{length}{part}-{name}.jsonl"


def engine_of(name: str, gguf: Path, arguments: argparse.Namespace) -> Any:
    if name == "transformers":
        return Transformers(gguf, arguments.threads)
    if name == "llama.cpp-f32":
        gguf = dequantised(gguf, arguments.work)
    return LlamaCpp(gguf, arguments.threads)


def run(arguments: argparse.Namespace) -> None:
    text = arguments.text.read_text(encoding="utf-8")
    for model in arguments.models:
        gguf = arguments.gguf / MODELS[model]
        for name in arguments.implementations:
            engine: Any = None
            for length in arguments.windows:
                found = file_of(arguments, model, length, name)
                if complete(found):
                    continue
                if name == "splitgym":
                    answer = of_splitgym(arguments, gguf, length)
                    found.write_text(json.dumps(answer) + "\n")
                else:
                    if engine is None:
                        engine = engine_of(name, gguf, arguments)
                    measure(engine, text, arguments.max_tokens, length, found)
                found.with_suffix(".done").touch()


def result(found: Path, name: str) -> tuple[float, int] | None:
    """Mean negative log-likelihood and the tokens that were scored."""
    if not complete(found):
        return None
    lines = [json.loads(line) for line in found.read_text().splitlines()]
    if name == "splitgym":
        answer = lines[0]["answer"]
        return answer["nll"], answer["tokens"]
    scored = sum(line["scored"] for line in lines)
    return math.fsum(line["nll"] for line in lines) / scored, scored


def report(arguments: argparse.Namespace) -> str:
    others = "".join(f" | {title} | perplexity against it" for title in OTHERS.values())
    rows = [
        f"| model | window | tokens scored | SplitGym{others} |",
        "|---|---:|---:|---:" + "|---:|---:" * len(OTHERS) + "|",
    ]
    for model in arguments.models:
        for length in arguments.windows:
            of = {
                name: result(file_of(arguments, model, length, name), name)
                for name in IMPLEMENTATIONS
            }
            own = of["splitgym"]
            cells = [model, f"{length:,}", f"{own[1]:,}" if own else ""]
            cells.append(f"{own[0]:.6f}" if own else "")
            for name in OTHERS:
                other = of[name]
                alike = own is None or other is None or own[1] == other[1]
                cells.append(f"{other[0]:.6f}" if other else "")
                if not alike:
                    cells[-1] += f" ({other[1]:,} tokens)"
                cells.append(
                    f"{math.expm1(own[0] - other[0]) * 100:+.4f} %" if own and other else ""
                )
            rows.append("| " + " | ".join(cells) + " |")
    most = arguments.max_tokens
    part = "the whole" if most is None else f"the first {most:,} tokens"
    versions = []
    for package in ("transformers", "torch", "llama-cpp-python"):
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "\n".join(
        [
            f"Mean negative log-likelihood in nats over {part} of {arguments.text.name}.",
            f"{', '.join(versions)}; Python {platform.python_version()}.",
            "",
            *rows,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    root = Path(__file__).resolve().parents[4]
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where windows are kept")
    parser.add_argument("--report", type=Path, help="a file for the table; default: printed")
    parser.add_argument("--gguf", type=Path, default=cache / "splitgym" / "models")
    parser.add_argument("--splitgym", default=str(root / "splitgym"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--max-tokens", type=int, help="of the text's first; default: all")
    parser.add_argument("--windows", type=int, nargs="+", default=[512, 1024, 2048])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument(
        "--implementations", nargs="*", choices=IMPLEMENTATIONS, default=list(IMPLEMENTATIONS)
    )
    parser.add_argument(
        "--window-of",
        type=int,
        metavar="TOKEN",
        help="instead: what the window with this token of the text comes to in transformers, on its"
        " own ids and on llama.cpp's",
    )
    arguments = parser.parse_args()
    if arguments.window_of is not None:
        tokenizers_apart(arguments)
        return
    arguments.work.mkdir(parents=True, exist_ok=True)
    run(arguments)
    table = report(arguments)
    if arguments.report is None:
        print(table)
    else:
        arguments.report.write_text(table)


if __name__ == "__main__":
    main()
