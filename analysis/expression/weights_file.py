"""The shipped weights: one safetensors file that describes itself and detects damage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from analysis.expression.network import ExpressionNet, NetworkConfig

#: The weights that this version ships.
SHIPPED = Path(__file__).parent / "weights" / "expression.safetensors"

#: All metadata is one JSON value under one key: safetensors writes several keys in no fixed order, and the
#: same export must give the same bytes.
_KEY = "sightline"


class BadWeights(Exception):
    """The weights cannot be used; `str(error)` is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class WeightsInfo:
    """What a weights file says about itself.

    temperature: of the softmax, fitted on images held out of training. abstain_below: a winner with a lower
    probability than this is called "not sure"; fitted on the same images.
    training: the recipe and its circumstances; training_sha256: over recipe and dataset (analysis.training).
    tensors_sha256: over names, shapes and bytes of the tensors, checked whenever they are read.
    """

    name: str
    architecture: NetworkConfig
    temperature: float
    abstain_below: float
    training: Mapping[str, object]
    training_sha256: str
    tensors_sha256: str = ""


def tensors_sha256(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over the tensors in order of name: equal tensors give equal hashes, whatever surrounds them."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()


def write(path: Path, network: ExpressionNet, info: WeightsInfo) -> None:
    """Writes network and metadata to `path` in one step: a reader sees the old file or the new one.

    Matrices are kept in half precision, which is more than the engine computes with, in half the space.
    """
    tensors = {
        name: value.detach().to(torch.float16 if value.ndim > 1 else torch.float32).contiguous()
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")  # counts that only training reads
    }
    about = {
        "name": info.name,
        "architecture": network.config.as_mapping(),
        "temperature": info.temperature,
        "abstain_below": info.abstain_below,
        "training": dict(info.training),
        "training_sha256": info.training_sha256,
        "tensors_sha256": tensors_sha256(tensors),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(save(tensors, metadata={_KEY: json.dumps(about, sort_keys=True)}))
    partial.replace(path)


def read(path: Path) -> tuple[ExpressionNet, WeightsInfo]:
    """The model in `path`, in evaluation mode, and what the file says about it. Raises BadWeights."""
    if not path.is_file():
        raise BadWeights(f"There are no expression weights at {path}.")
    try:
        with safe_open(path, framework="pt") as opened:
            about = json.loads((opened.metadata() or {})[_KEY])
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a dict)
        info = _info(about)
        network = ExpressionNet(info.architecture)
        missing, unexpected = network.load_state_dict(tensors, strict=False)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise BadWeights(f"The expression weights at {path} are damaged: {error}.") from error
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise BadWeights(f"The expression weights at {path} belong to another model.")
    if tensors_sha256(tensors) != info.tensors_sha256:
        raise BadWeights(f"The expression weights at {path} are damaged: their hash does not match.")
    return network.eval(), info


def _info(about: Mapping[str, object]) -> WeightsInfo:
    architecture, training = about["architecture"], about["training"]
    if not isinstance(architecture, dict) or not isinstance(training, dict):
        raise ValueError("architecture and training must be objects")
    return WeightsInfo(
        name=str(about["name"]),
        architecture=NetworkConfig.from_mapping(architecture),
        temperature=float(str(about["temperature"])),
        abstain_below=float(str(about["abstain_below"])),
        training=training,
        training_sha256=str(about["training_sha256"]),
        tensors_sha256=str(about["tensors_sha256"]),
    )
