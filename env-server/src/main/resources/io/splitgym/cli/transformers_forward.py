"""Forward passes of given windows in Hugging Face transformers, for ``splitgym bench llm``.

Reads one line of JSON, {"model": file or folder, "threads": N, "batches": [{"tokens": [[id, ...]],
"firstScored": place}]}, loads the model in float32 and answers with its versions; then answers
every further line with the seconds and the mean negative log-likelihood of one pass.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["TQDM_DISABLE"] = "1"

# What libraries print mustn't come between the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import transformers


def answer(document):
    print(json.dumps(document), file=answers, flush=True)


def forward(model, batches):
    """The sum of losses and the number of scored tokens."""
    total, count = 0.0, 0
    with torch.inference_mode():
        for tokens, first in batches:
            logits = model(tokens, use_cache=False).logits[:, first - 1 : -1]
            targets = tokens[:, first:]
            total += torch.nn.functional.cross_entropy(
                logits.reshape(-1, logits.size(-1)), targets.reshape(-1), reduction="sum"
            ).item()
            count += targets.numel()
    return total / count


def main():
    told = json.loads(sys.stdin.readline())
    torch.set_num_threads(told["threads"])
    path = Path(told["model"])
    source = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
    model = transformers.AutoModelForCausalLM.from_pretrained(
        source[0], dtype=torch.float32, **source[1]
    ).eval()
    batches = [(torch.tensor(each["tokens"]), each["firstScored"]) for each in told["batches"]]
    answer({"torch": torch.__version__, "transformers": transformers.__version__})
    for _ in sys.stdin:
        start = time.perf_counter()
        nll = forward(model, batches)
        answer({"seconds": time.perf_counter() - start, "nll": nll})


if __name__ == "__main__":
    main()
