"""Makes one small random LLaMA in both formats, and its logits, for a test of SplitGym.

tiny-llama/ is a Hugging Face folder in bfloat16, in three files with an index; tiny-llama.gguf holds
the same weights, its rows of queries and keys in the order that llama.cpp's convert_hf_to_gguf.py
gives them; tiny-llama-logits.json holds transformers' logits in float32 for a short text. The
fixtures beside this script were made by

    python make_tiny_llama.py

with `pip install torch "transformers>=5,<6" "gguf==0.19.0" safetensors tokenizers numpy`.
"""

import json
import pathlib
import shutil

import gguf
import numpy
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

TEXT = "The radio fades, and the 3 layers in the phone wait for the 42 in the tower."
FOLDER = pathlib.Path("tiny-llama")
BEGINNING = "<s>"


def tokenizer() -> Tokenizer:
    """As SmolLM2's: digits one by one, then bytes. Adds a token before every text."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=272,
        special_tokens=[BEGINNING],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([TEXT] * 9, trainer)
    made.post_processor = processors.TemplateProcessing(
        single=f"{BEGINNING} $A", special_tokens=[(BEGINNING, made.token_to_id(BEGINNING))]
    )
    return made


def interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rotary pairs (i, i + size / 2) to (2i, 2i + 1), as llama.cpp's converter permutes."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write_gguf(model: LlamaForCausalLM, words: Tokenizer) -> None:
    config = model.config
    writer = gguf.GGUFWriter("tiny-llama.gguf", "llama")
    writer.add_name("tiny-llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    vocabulary = sorted(words.get_vocab().items(), key=lambda item: item[1])
    merges = json.loads(words.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if token == BEGINNING else 1 for token, _ in vocabulary])
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(words.token_to_id(BEGINNING))
    writer.add_add_bos_token(True)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, weight in model.state_dict().items():
        if name.endswith("q_proj.weight"):
            weight = interleaved(weight, config.num_attention_heads)
        if name.endswith("k_proj.weight"):
            weight = interleaved(weight, config.num_key_value_heads)
        known = names.get_name(name, try_suffixes=(".weight",))
        if weight.dim() == 1:
            writer.add_tensor(known, weight.float().numpy())
        else:
            bits = weight.contiguous().view(torch.uint8).numpy()
            writer.add_tensor(known, bits, raw_dtype=gguf.GGMLQuantizationType.BF16)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    torch.manual_seed(3)
    words = tokenizer()
    config = LlamaConfig(
        vocab_size=words.get_vocab_size(),
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=6,
        max_position_embeddings=128,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        tie_word_embeddings=False,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.normal_(1 if "norm" in name else 0, 0.1 if "norm" in name else 0.3)
    model = model.to(torch.bfloat16)
    shutil.rmtree(FOLDER, ignore_errors=True)
    model.save_pretrained(FOLDER, max_shard_size="20KB")
    (FOLDER / "generation_config.json").unlink()
    words.save(str(FOLDER / "tokenizer.json"))
    write_gguf(model, words)

    ids = words.encode(TEXT).ids
    # Read anew: rounding to bfloat16 rounded the rotary frequencies as well.
    exact = LlamaForCausalLM.from_pretrained(FOLDER, dtype=torch.float32)
    with torch.no_grad():
        logits = exact(torch.tensor([ids])).logits[0].numpy()
    document = {
        "text": TEXT,
        "token_ids": ids,
        "logits": [[float(f"{value:.7g}") for value in row[:32]] for row in logits],
        "norms": [float(f"{numpy.linalg.norm(row):.7g}") for row in logits],
    }
    pathlib.Path("tiny-llama-logits.json").write_text(json.dumps(document, indent=0) + "\n")


if __name__ == "__main__":
    main()
