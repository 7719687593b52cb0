"""Small text models with weights set by hand, written as Hugging Face's exporters write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers


def _write(folder: Path, words: Mapping[str, Sequence[float]], nodes: list[onnx.NodeProto], rank: int) -> None:
    """A model that looks each word up in a table, then does what `nodes` say with "looked_up"."""
    folder.mkdir(parents=True)
    unknown = [0.0] * len(next(iter(words.values())))
    table = np.array([unknown, *words.values()], np.float32)
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, **{word: n for n, word in enumerate(words, 1)}}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in ("input_ids", "attention_mask")
    ]
    answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None] * rank)
    lookup = helper.make_node("Gather", ["table", "input_ids"], ["looked_up"], axis=0)
    constants = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1], np.int64), "axis")]
    graph = helper.make_graph([lookup, *nodes], "model", ids, [answer], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(folder / "model.onnx"))


def encoder(folder: Path, words: Mapping[str, Sequence[float]]) -> Path:
    """Gives the vector of each word."""
    _write(folder, words, [helper.make_node("Identity", ["looked_up"], ["answer"])], rank=3)
    return folder


def classifier(folder: Path, words: Mapping[str, Sequence[float]], labels: Sequence[str]) -> Path:
    """Gives the sum of the words' logits."""
    _write(folder, words, [helper.make_node("ReduceSum", ["looked_up", "axis"], ["answer"], keepdims=0)], rank=2)
    (folder / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))}))
    return folder
