"""A Whisper of random weights, converted by CTranslate2's own converter: real code, and words that mean nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from ctranslate2.converters import TransformersConverter
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

LANGUAGES = ("en", "es", "de", "fr")
_TIMES = 1501  # every 20 ms of half a minute
_SPECIALS = (
    *("<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in LANGUAGES)),
    *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"),
)


def make(folder: Path, seed: int = 7) -> Path:
    """Write the model into `folder` as faster-whisper reads it; returns the folder."""
    with pytest.MonkeyPatch.context() as patch:
        # its operators do not load beside a CPU build of torch, and nobody needs them here
        for where in ("transformers.utils.import_utils", "transformers.utils"):
            patch.setattr(f"{where}.is_torchvision_available", lambda: False)
        _make(folder, seed)
    return folder


def _make(folder: Path, seed: int) -> None:
    from transformers import GenerationConfig, PreTrainedTokenizerFast, WhisperConfig, WhisperForConditionalGeneration

    tokenizer = _tokenizer()
    torch.manual_seed(seed)
    ids = {token: tokenizer.token_to_id(token) for token in _SPECIALS}
    config = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size() + _TIMES,
        num_mel_bins=80,
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        bos_token_id=ids["<|endoftext|>"],
        eos_token_id=ids["<|endoftext|>"],
        pad_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"],
    )
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        suppress_tokens=[],
        begin_suppress_tokens=[],
        alignment_heads=[[1, 0], [1, 1]],
        lang_to_id={f"<|{code}|>": ids[f"<|{code}|>"] for code in LANGUAGES},
    )
    original = folder.parent / f"{folder.name}-original"
    model.save_pretrained(original)
    end = "<|endoftext|>"
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=end, unk_token=end).save_pretrained(original)
    TransformersConverter(str(original), copy_files=["tokenizer.json"]).convert(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}))


def _tokenizer() -> Tokenizer:
    """Bytes, with and without a space before them, as whole words: enough to write anything."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = [("Ġ", letter) for letter in alphabet if letter.isascii() and letter.isalpha()]
    vocabulary = {token: number for number, token in enumerate([*alphabet, *("".join(pair) for pair in pairs)])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(_SPECIALS))
    return tokenizer
