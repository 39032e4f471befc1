"""Makes a small random checkpoint of each family, and what transformers makes of it in float32.

families/NAME/ is a Hugging Face folder; families/NAME.json holds some token ids, the hidden state
at every layer boundary and the logits, each [tokens][values]. The fixtures beside this script were
made by

    python make_families.py

with `pip install torch "transformers>=5,<6" safetensors`.
"""

import json
import pathlib
import shutil

import torch
import transformers

FOLDER = pathlib.Path("families")
TOKENS = 11
VOCABULARY = 40

COMMON = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
}


def rope(**parameters: object) -> dict[str, object]:
    return {"rope_type": "default", "rope_theta": 300.0} | parameters


def configurations() -> dict[str, transformers.PretrainedConfig]:
    """Shapes are small enough to commit; windows, bases and factors small enough to matter in them."""
    return {
        "llama": transformers.LlamaConfig(**COMMON, rope_parameters=rope()),
        "llama-biases": transformers.LlamaConfig(
            **COMMON, rope_parameters=rope(), attention_bias=True, mlp_bias=True
        ),
        "llama3": transformers.LlamaConfig(
            **COMMON,
            rope_parameters=rope(
                rope_type="llama3",
                factor=4.0,
                low_freq_factor=1.0,
                high_freq_factor=3.0,
                original_max_position_embeddings=16,
            ),
        ),
        "llama-linear": transformers.LlamaConfig(
            **COMMON, rope_parameters=rope(rope_type="linear", factor=2.0)
        ),
        "mistral": transformers.MistralConfig(
            **COMMON, rope_parameters=rope(), sliding_window=4, head_dim=6
        ),
        "qwen2": transformers.Qwen2Config(
            **COMMON,
            rope_parameters=rope(),
            use_sliding_window=True,
            sliding_window=3,
            max_window_layers=1,
        ),
        "qwen3": transformers.Qwen3Config(**COMMON, rope_parameters=rope(), head_dim=8),
        "gemma3": transformers.Gemma3TextConfig(
            **(COMMON | {"tie_word_embeddings": True, "num_key_value_heads": 1}),
            head_dim=8,
            query_pre_attn_scalar=7,
            sliding_window=4,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            rope_parameters={
                "full_attention": rope(rope_type="linear", factor=2.0, rope_theta=500.0),
                "sliding_attention": rope(rope_theta=50.0),
            },
        ),
        "gpt2": transformers.GPT2Config(
            vocab_size=VOCABULARY, n_embd=16, n_layer=3, n_head=4, n_positions=64
        ),
    }


@torch.no_grad()
def fill(model: torch.nn.Module, family: str) -> None:
    """Random weights; a norm's are near 1 where it multiplies with them, near 0 where with 1 + them."""
    for name, parameter in model.named_parameters():
        norm = "norm" in name or ".ln_" in name
        shift = 1 if norm and name.endswith("weight") and family != "gemma3" else 0
        parameter.normal_(shift, 0.1 if norm else 0.3)


def digits(values: torch.Tensor) -> list[list[float]]:
    return [[float(f"{value:.7g}") for value in row] for row in values.tolist()]


def boundaries(model: torch.nn.Module, ids: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The hidden state before the first layer and after each, without the last norm; the logits."""
    states: list[torch.Tensor] = []
    layers = model.transformer.h if hasattr(model, "transformer") else model.model.layers

    def before(_module: object, inputs: tuple[torch.Tensor, ...], named: dict[str, torch.Tensor]) -> None:
        states.append((inputs[0] if inputs else named["hidden_states"])[0].clone())

    def after(_module: object, _inputs: object, output: object) -> None:
        states.append((output[0] if isinstance(output, tuple) else output)[0].clone())

    hooks = [layers[0].register_forward_pre_hook(before, with_kwargs=True)]
    hooks += [layer.register_forward_hook(after) for layer in layers]
    with torch.no_grad():
        logits = model(ids, use_cache=False).logits[0]
    for hook in hooks:
        hook.remove()
    if len(states) != len(layers) + 1:
        raise RuntimeError(f"{len(states)} states of {len(layers)} layers")
    return states, logits


def main() -> None:
    torch.set_num_threads(1)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for number, (name, config) in enumerate(configurations().items()):
        torch.manual_seed(number)
        config._attn_implementation = "eager"
        model = transformers.AutoModelForCausalLM.from_config(config).eval()
        fill(model, name)
        model.save_pretrained(FOLDER / name)
        (FOLDER / name / "generation_config.json").unlink(missing_ok=True)
        ids = torch.randint(0, VOCABULARY, (1, TOKENS))
        states, logits = boundaries(model, ids)
        document = {
            "transformers": transformers.__version__,
            "token_ids": ids[0].tolist(),
            "hidden": [digits(state) for state in states],
            "logits": digits(logits),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
