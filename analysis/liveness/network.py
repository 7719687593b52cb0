"""MiniFASNet, of Minivision's Silent-Face-Anti-Spoofing (2020, Apache-2.0), in the two shapes whose weights it ships.

A MobileFaceNet (Chen et al. 2018) with pruned widths; MiniFASNetV1SE adds squeeze and excitation (Hu et al. 2018) to
the last block of each stage. Names of layers are those of the weights.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

#: Side of the models' square input.
INPUT_PX = 80
#: Which of the three outputs means that a real face was in front of the camera; the others are kinds of pictures of
#: one.
FACE_ITSELF = 1

_Widths = tuple[int, ...]


class NoLiveness(FileNotFoundError):
    """A file of weights is missing or cannot be used. A run then continues without its stage."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the two models. scale: how much of the picture it sees, in sides of the face's box.

    widths: of the narrow layers in the blocks of each of the three stages.
    """

    file: str
    scale: float
    widths: tuple[_Widths, _Widths, _Widths]
    excited: bool


SHAPES = (
    Shape("2.7_80x80_MiniFASNetV2.pth", 2.7, ((13,) * 4, (231, 52, 26, 77, 26, 26), (26, 26)), excited=False),
    Shape(
        "4_0_0_80x80_MiniFASNetV1SE.pth", 4.0, ((13, 26, 13, 52), (154, 52, 26, 52, 26, 26), (26, 26)), excited=True
    ),
)


class _Layer(nn.Module):
    def __init__(self, wide: int, to: int, side: int = 1, *, stride: int = 1, groups: int = 1, pad: int = 0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(wide, to, side, stride, pad, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(to)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.bn(self.conv(x))
        return normed


class _ActiveLayer(_Layer):
    def __init__(self, wide: int, to: int, side: int = 1, *, stride: int = 1, groups: int = 1, pad: int = 0) -> None:
        super().__init__(wide, to, side, stride=stride, groups=groups, pad=pad)
        self.prelu = nn.PReLU(to)

    def forward(self, x: Tensor) -> Tensor:
        active: Tensor = self.prelu(super().forward(x))
        return active


class _Excitation(nn.Module):
    def __init__(self, wide: int) -> None:
        super().__init__()
        self.fc1, self.bn1 = nn.Conv2d(wide, wide // 4, 1, bias=False), nn.BatchNorm2d(wide // 4)
        self.fc2, self.bn2 = nn.Conv2d(wide // 4, wide, 1, bias=False), nn.BatchNorm2d(wide)

    def forward(self, x: Tensor) -> Tensor:
        narrow = torch.relu(self.bn1(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * torch.sigmoid(self.bn2(self.fc2(narrow)))


class _Block(nn.Module):
    def __init__(self, wide: int, narrow: int, to: int, *, stride: int = 1, excited: bool = False) -> None:
        super().__init__()
        self.conv = _ActiveLayer(wide, narrow)
        self.conv_dw = _ActiveLayer(narrow, narrow, 3, stride=stride, groups=narrow, pad=1)
        self.project = _Layer(narrow, to)
        self.se_module = _Excitation(to) if excited else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.se_module(self.project(self.conv_dw(self.conv(x))))
        return out


class _Stage(nn.Module):
    """Blocks whose outputs are added to their inputs."""

    def __init__(self, wide: int, widths: _Widths, *, excited: bool) -> None:
        super().__init__()
        last = len(widths) - 1
        blocks = [
            _Block(wide, narrow, wide, excited=excited and place == last) for place, narrow in enumerate(widths)
        ]
        self.model = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.model:
            x = x + block(x)
        return x


class MiniFASNet(nn.Module):
    """(N, 3, 80, 80) of 0..255, blue first -> (N, 3) probabilities."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        first, second, third = shape.widths
        self.conv1 = _ActiveLayer(3, 32, 3, stride=2, pad=1)
        self.conv2_dw = _ActiveLayer(32, 32, 3, groups=32, pad=1)
        self.conv_23 = _Block(32, 103, 64, stride=2)
        self.conv_3 = _Stage(64, first, excited=shape.excited)
        self.conv_34 = _Block(64, 231, 128, stride=2)
        self.conv_4 = _Stage(128, second, excited=shape.excited)
        self.conv_45 = _Block(128, 308, 128, stride=2)
        self.conv_5 = _Stage(128, third, excited=shape.excited)
        self.conv_6_sep = _ActiveLayer(128, 512)
        self.conv_6_dw = _Layer(512, 512, 5, groups=512)
        self.linear = nn.Linear(512, 128, bias=False)
        self.bn = nn.BatchNorm1d(128)
        self.prob = nn.Linear(128, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_23(self.conv2_dw(self.conv1(x)))
        x = self.conv_34(self.conv_3(x))
        x = self.conv_45(self.conv_4(x))
        x = self.conv_6_dw(self.conv_6_sep(self.conv_5(x))).flatten(1)
        return torch.softmax(self.prob(self.bn(self.linear(x))), dim=1)


def read(folder: Path, shape: Shape) -> bytes:
    """The file of this model's weights. Raises NoLiveness."""
    if folder == Path():  # an empty setting is not a folder, and must not mean the working directory
        raise NoLiveness(f"There is no folder of models, so no {shape.file}.")
    try:
        return (folder / shape.file).read_bytes()
    except OSError as error:
        raise NoLiveness(f"{folder / shape.file} cannot be read: {error}.") from error


def load(content: bytes, shape: Shape) -> MiniFASNet:
    """The model with the weights of a file, ready for use. Raises NoLiveness."""
    network = MiniFASNet(shape)
    try:
        weights = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        network.load_state_dict({name.removeprefix("module."): value for name, value in weights.items()})
    except (RuntimeError, ValueError, KeyError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        raise NoLiveness(f"{shape.file} cannot be used: {error}.") from error
    return network.eval()
