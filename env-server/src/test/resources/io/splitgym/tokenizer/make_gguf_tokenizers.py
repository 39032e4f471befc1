"""Makes small tokenizers in GGUF files, and the ids that llama.cpp has for a passage by each.

NAME.gguf holds a vocabulary and an embedding of one number for each token; ids.json the passage and,
by name, the ids. The fixtures beside this script were made by

    python make_gguf_tokenizers.py

with `pip install gguf==0.19.0 llama-cpp-python==0.3.36 numpy tokenizers==0.23.3`.
"""

import json
import pathlib

import gguf
import llama_cpp
import numpy
import tokenizers

FOLDER = pathlib.Path("gguf")
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
PASSAGE = (
    "Hello, world! I'll say it's 1,234,567 (or 12345.678) -- don't WE'RE   there?\n\n"
    "  Tabs\tand trailing  \r\n    spaces; na\u00efve caf\u00e9 \u2013 \u00dcber\u00adstra\u00dfe, "
    "\u4f60\u597d\u4e16\u754c\u3002 \u041f\u0440\u0438\u0432\u0435\u0442 "
    "\u0645\u0631\u062d\u0628\u0627 \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    "x_y=f(a[0]) #tag @me 3\u00bd \u00b2 ... ?!\n"
    " 2024-11-22T10:30 the the the theatre; in the end they said nothing'S"
)
LEARNED = PASSAGE + " 2024 2024 12345 12345 678 678 the then there these they'll we're I'll don't " * 4


def byte_level(pre: str) -> None:
    learner = tokenizers.Tokenizer(tokenizers.models.BPE())
    learner.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=420,
        show_progress=False,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
    )
    learner.train_from_iterator([LEARNED], trainer)
    model = json.loads(learner.to_str())["model"]
    vocabulary = sorted(model["vocab"], key=model["vocab"].get)
    writer = gguf.GGUFWriter(FOLDER / f"{pre}.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(vocabulary)
    writer.add_token_types([CONTROL] + [NORMAL] * (len(vocabulary) - 1))
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    finished(writer, len(vocabulary))


def sentence_piece(name: str, prefix: bool) -> None:
    learner = tokenizers.Tokenizer(tokenizers.models.BPE())
    learner.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(prepend_scheme="always")
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=160, show_progress=False)
    learner.train_from_iterator([LEARNED], trainer)
    model = json.loads(learner.to_str())["model"]
    merged = ["".join(pair) for pair in model["merges"]]
    # two characters that no longer piece has are missing on purpose: they are told as bytes
    single = [piece for piece in model["vocab"] if len(piece) == 1 and piece not in "\u754c\u00df"]
    special = ["<unk>", "<s>", "</s>"]
    byte = [f"<0x{value:02X}>" for value in range(256)]
    pieces = list(dict.fromkeys(merged)) + single
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list(special + byte + pieces)
    writer.add_token_scores([0.0] * 259 + [-float(rank) for rank in range(len(pieces))])
    writer.add_token_types([UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * len(pieces))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(prefix)
    finished(writer, 259 + len(pieces))


def finished(writer: gguf.GGUFWriter, tokens: int) -> None:
    writer.add_tensor("token_embd.weight", numpy.zeros((tokens, 1), numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for pre in ("gpt-2", "llama-bpe", "qwen2", "smollm"):
        byte_level(pre)
    sentence_piece("sentencepiece", True)
    sentence_piece("sentencepiece-no-prefix", False)
    ids = {}
    for file in sorted(FOLDER.glob("*.gguf")):
        reader = llama_cpp.Llama(str(file), vocab_only=True, verbose=False)
        ids[file.stem] = reader.tokenize(PASSAGE.encode(), add_bos=False, special=False)
        print(f"{file.stem}: {len(ids[file.stem])} tokens")
    document = {"passage": PASSAGE, "ids": ids}
    (FOLDER / "ids.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
