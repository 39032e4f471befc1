"""Makes a small random GGUF file of each family, and what transformers makes of the same weights.

families-gguf/NAME.gguf is laid out as llama.cpp's converter does it: tensors by the package gguf's own
table of names, queries and keys of LLaMA with their rotated pairs side by side, LLaMA 3's factors of
frequencies as a tensor, Gemma's norms with their one added, GPT-2's matrices transposed.
families-gguf/NAME.json holds some token ids and the logits in float32. The fixtures beside this script
were made by

    python make_families_gguf.py

with `pip install gguf==0.19.0 llama-cpp-python==0.3.36 torch==2.15.0 transformers==5.23.0`, and
llama.cpp reads each file to the same logits, or the script ends with an error.
"""

import ctypes
import json
import pathlib
import shutil

import gguf
import llama_cpp
import numpy
import torch
import transformers
from make_families import COMMON as SMALLER
from make_families import TOKENS, VOCABULARY, digits, fill, rope
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

FOLDER = pathlib.Path("families-gguf")
AGREEMENT = 1e-4  # of llama.cpp, on logits of some units
AGREEMENT_OF_GELU = 1e-2  # which llama.cpp looks up in a table of float16

COMMON = SMALLER | {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2}


def configurations() -> dict[str, tuple[str, transformers.PretrainedConfig]]:
    """By fixture: llama.cpp's word for the family, and what a GGUF file of it can say."""
    return {
        "llama": ("llama", transformers.LlamaConfig(**COMMON, rope_parameters=rope())),
        "llama-linear": (
            "llama",
            transformers.LlamaConfig(
                **COMMON, rope_parameters=rope(rope_type="linear", factor=2.0), attention_bias=True
            ),
        ),
        "llama3": (
            "llama",
            transformers.LlamaConfig(
                **COMMON,
                rope_parameters=rope(
                    rope_type="llama3",
                    factor=4.0,
                    low_freq_factor=1.0,
                    high_freq_factor=3.0,
                    original_max_position_embeddings=16,
                ),
            ),
        ),
        "qwen2": ("qwen2", transformers.Qwen2Config(**COMMON, rope_parameters=rope())),
        "qwen3": (
            "qwen3",
            transformers.Qwen3Config(**COMMON, rope_parameters=rope(), head_dim=16),
        ),
        # five local layers, whose base GGUF files don't tell, to a global one
        "gemma3": (
            "gemma3",
            transformers.Gemma3TextConfig(
                **(COMMON | {"tie_word_embeddings": True, "num_hidden_layers": 6}),
                head_dim=16,
                query_pre_attn_scalar=16,
                sliding_window=4,
                rope_parameters={
                    "full_attention": rope(rope_type="linear", factor=2.0, rope_theta=500.0),
                    "sliding_attention": rope(rope_theta=10000.0),
                },
            ),
        ),
        "gpt2": (
            "gpt2",
            transformers.GPT2Config(
                vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=64
            ),
        ),
    }


def paired(weights: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows i and i + size / 2 of each head side by side, as LLaMA's are stored in GGUF files."""
    rest = weights.shape[1:]
    return weights.reshape(heads, 2, -1, *rest).swapaxes(1, 2).reshape(weights.shape)


def stored(family: str, name: str, weights: numpy.ndarray, config: object) -> numpy.ndarray:
    if family == "llama" and ".q_proj." in name:
        return paired(weights, config.num_attention_heads)
    if family == "llama" and ".k_proj." in name:
        return paired(weights, config.num_key_value_heads)
    if family == "gemma3" and "norm" in name:
        return weights + 1
    if family == "gpt2" and weights.ndim == 2 and name.split(".")[-2].startswith("c_"):
        return weights.T
    return weights


def write(path: pathlib.Path, family: str, model: torch.nn.Module) -> None:
    config = model.config
    writer = gguf.GGUFWriter(path, family)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("none")
    if family == "gpt2":
        writer.add_feed_forward_length(4 * config.hidden_size)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        scaling = config.rope_parameters.get("full_attention", config.rope_parameters)
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_key_length(head)
        writer.add_value_length(head)
        writer.add_rope_dimension_count(head)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(scaling["rope_theta"])
        if scaling["rope_type"] == "linear":
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(scaling["factor"])
        if family == "gemma3":
            writer.add_sliding_window(config.sliding_window)
        if scaling["rope_type"] == "llama3":
            scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
            plain = scaling["rope_theta"] ** -(numpy.arange(0, head, 2) / head)
            writer.add_tensor("rope_freqs.weight", (plain / scaled.numpy()).astype(numpy.float32))
    arch = next(key for key, word in gguf.MODEL_ARCH_NAMES.items() if word == family)
    names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
    for name, parameter in model.named_parameters():
        weights = stored(family, name, parameter.detach().numpy(), config)
        renamed = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if renamed is None:
            raise RuntimeError(f"gguf has no name for {name}")
        writer.add_tensor(renamed, numpy.ascontiguousarray(weights, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def of_llama_cpp(path: pathlib.Path, ids: list[int]) -> numpy.ndarray:
    model = llama_cpp.llama_model_load_from_file(
        str(path).encode(), llama_cpp.llama_model_default_params()
    )
    settings = llama_cpp.llama_context_default_params()
    settings.n_ctx = 64
    settings.n_threads = settings.n_threads_batch = 1
    settings.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    settings.type_k = settings.type_v = llama_cpp.GGML_TYPE_F32
    context = llama_cpp.llama_init_from_model(model, settings)
    batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
    batch.n_tokens = len(ids)
    for place, token in enumerate(ids):
        batch.token[place] = token
        batch.pos[place] = place
        batch.n_seq_id[place] = 1
        batch.seq_id[place][0] = 0
        batch.logits[place] = 1
    if llama_cpp.llama_decode(context, batch) != 0:
        raise RuntimeError(f"llama.cpp can't evaluate {path}")
    logits = llama_cpp.llama_get_logits(context)
    return numpy.ctypeslib.as_array(logits, (len(ids), VOCABULARY)).copy()


def main() -> None:
    torch.set_num_threads(1)
    silent = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for number, (name, (family, config)) in enumerate(configurations().items()):
        torch.manual_seed(number)
        config._attn_implementation = "eager"
        model = transformers.AutoModelForCausalLM.from_config(config).eval()
        with torch.no_grad():
            fill(model, name)
            ids = torch.randint(0, VOCABULARY, (1, TOKENS))
            logits = model(ids, use_cache=False).logits[0]
        path = FOLDER / f"{name}.gguf"
        write(path, family, model)
        difference = numpy.abs(of_llama_cpp(path, ids[0].tolist()) - logits.numpy()).max()
        print(f"{name}: llama.cpp within {difference:.1e} of {logits.abs().max():.2f}")
        if difference > (AGREEMENT_OF_GELU if family in ("gemma3", "gpt2") else AGREEMENT):
            raise RuntimeError(f"llama.cpp reads {path} otherwise than transformers the model")
        document = {
            "transformers": transformers.__version__,
            "token_ids": ids[0].tolist(),
            "logits": digits(logits),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
