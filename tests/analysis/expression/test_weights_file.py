from __future__ import annotations

from pathlib import Path

import pytest
import torch

from analysis.expression import weights_file
from analysis.expression.network import ExpressionNet, NetworkConfig
from analysis.expression.weights_file import BadWeights, WeightsInfo

TINY = NetworkConfig(widths=(4, 8), blocks=(1, 1), squeeze=2)


def write_tiny(path: Path) -> ExpressionNet:
    torch.manual_seed(3)
    network = ExpressionNet(TINY)
    weights_file.write(path, network, WeightsInfo("tiny", TINY, 1.25, 0.4, {"seed": 3}, "recipe"))
    return network.eval()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    network = write_tiny(tmp_path / "tiny.safetensors")
    again, info = weights_file.read(tmp_path / "tiny.safetensors")
    faces = torch.randn(2, 1, 48, 48)
    assert torch.allclose(network(faces), again(faces), atol=2e-3)  # matrices are kept in half precision
    assert (info.name, info.architecture, info.temperature) == ("tiny", TINY, 1.25)
    assert info.abstain_below == 0.4
    assert (info.training, info.training_sha256) == ({"seed": 3}, "recipe")


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    write_tiny(tmp_path / "one.safetensors")
    write_tiny(tmp_path / "two.safetensors")
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match=r"nowhere\.safetensors"):
        weights_file.read(tmp_path / "nowhere.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 200, -1])
def test_a_truncated_file_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.safetensors"
    write_tiny(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadWeights, match=r"cut\.safetensors are damaged"):
        weights_file.read(path)


def test_one_changed_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "flipped.safetensors"
    write_tiny(path)
    damaged = bytearray(path.read_bytes())
    damaged[-10] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(BadWeights, match="hash does not match"):
        weights_file.read(path)
