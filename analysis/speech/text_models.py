"""Transformers for sentences that an administrator has put into MODEL_DIR, as ONNX with their tokenizer.

`sentiment/`: a classifier whose config.json names its labels (positive and negative, or one to five stars).
`sentence-embeddings/`: an encoder; its tokens are averaged, unless it gives one vector per sentence itself. Both
contain model.onnx and tokenizer.json, as Hugging Face's exporters write them. Nothing is downloaded from here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

SENTIMENT, EMBEDDINGS = "sentiment", "sentence-embeddings"
_BATCH = 16
_MOST_TOKENS = 256


class BadTextModel(Exception):
    """The files in a folder are not such a model; `str(error)` says what is wrong."""


class _Model:
    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError if nothing was put there, and BadTextModel."""
        content = (folder / "model.onnx").read_bytes()
        self.weights_sha256 = hashlib.sha256(content).hexdigest()
        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        try:
            # by path: a large model's weights may be in a separate file next to it
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # each library raises its own
            raise BadTextModel(f"{folder.name} holds no model that can be read: {error}") from error
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._inputs = {each.name for each in self._session.get_inputs()}
        try:
            ((self._trial, _),) = self._answers(["a first text"])
        except Exception as error:  # such as for an input that cannot be supplied
            raise BadTextModel(f"{folder.name} holds a model that does not answer: {error}") from error

    def _answers(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        """The first output of each batch, with the mask of its tokens."""
        for start in range(0, len(texts), _BATCH):
            found = self._tokenizer.encode_batch(list(texts[start : start + _BATCH]))
            given = {
                "input_ids": np.array([each.ids for each in found], np.int64),
                "attention_mask": np.array([each.attention_mask for each in found], np.int64),
                "token_type_ids": np.array([each.type_ids for each in found], np.int64),
            }
            (answer, *_) = self._session.run(None, {name: given[name] for name in given if name in self._inputs})
            yield np.asarray(answer, np.float32), given["attention_mask"]


class SentenceEncoder(_Model):
    """Texts -> vectors that are close to each other if the texts mean something similar."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n) texts -> (n, d) of length one."""
        found = []
        for answer, mask in self._answers(texts):
            if answer.ndim == 3:
                weights = mask[..., None].astype(np.float32)
                answer = (answer * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
            found.append(answer / np.maximum(np.linalg.norm(answer, axis=1, keepdims=True), 1e-9))
        return np.concatenate(found) if found else np.zeros((0, 1), np.float32)


class SentimentClassifier(_Model):
    """Texts -> how pleasant their words are, -1..1."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        try:
            labels = json.loads((folder / "config.json").read_text())["id2label"]
            self._scale = np.array([_place(labels[str(number)]) for number in range(len(labels))], np.float32)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise BadTextModel(f"{folder.name}/config.json does not name labels of sentiment: {error}") from error
        if self._trial.shape != (1, len(self._scale)):
            raise BadTextModel(f"{folder.name} does not answer with its {len(self._scale)} labels")

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """The mean position of the labels, weighted by their probability."""
        found: list[float] = []
        for logits, _ in self._answers(texts):
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            found += [round(float(value), 4) for value in shares @ self._scale]
        return found


def _place(label: str) -> float:
    """Where a label lies between -1 and 1. Raises ValueError for one that is not a sentiment label."""
    name = label.casefold()
    if stars := re.fullmatch(r"([1-5]) stars?", name):
        return (int(stars.group(1)) - 3) / 2
    for word, place in (("pos", 1.0), ("neg", -1.0), ("neu", 0.0)):
        if name.startswith(word):
            return place
    raise ValueError(f"“{label}” is no label of sentiment")
