"""The expression network: a small residual network with squeeze-excitation.

Residual blocks: He et al. 2016, "Deep residual learning for image recognition". Squeeze-excitation: Hu et al.
2018, "Squeeze-and-excitation networks". Widths are chosen for one CPU core, not for a leaderboard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.expression.preprocessing import CROP_PX
from analysis.types import EXPRESSIONS


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Everything that determines the network's shape; stored with its weights.

    px: the side to which a 48x48 face is enlarged first: the same pixels, sampled more finely. widths, blocks:
    channels and residual blocks at a half, a quarter and an eighth of that side. squeeze: how much narrower the gates
    are. dropout: before the last layer, in training only.
    """

    widths: tuple[int, ...] = (32, 64, 128)
    blocks: tuple[int, ...] = (1, 2, 2)
    squeeze: int = 4
    dropout: float = 0.3
    px: int = 48

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.blocks) or not self.widths:
            raise ValueError("the network needs one number of blocks for each width")

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> NetworkConfig:
        """Converts lists (from JSON or TOML) to tuples; an unknown name raises TypeError."""
        plain = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        return cls(**plain)  # type: ignore[arg-type]

    def as_mapping(self) -> dict[str, object]:
        return asdict(self)


def _convolution(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
    )


class SqueezeExcitation(nn.Module):
    """Scales each channel by what the whole picture says about it."""

    def __init__(self, channels: int, squeeze: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // squeeze, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // squeeze, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        scaled: Tensor = x * self.gate(x)  # (B, C, H, W) * (B, C, 1, 1)
        return scaled


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a gate, added to a shortcut; halves the picture when stride is 2."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, squeeze: int) -> None:
        super().__init__()
        self.first = _convolution(channels_in, channels_out, stride)
        self.second = _convolution(channels_out, channels_out)
        self.gate = SqueezeExcitation(channels_out, squeeze)
        self.act = nn.ReLU(inplace=True)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride) if stride > 1 else nn.Identity(),
                nn.Conv2d(channels_in, channels_out, 1, bias=False),
                nn.BatchNorm2d(channels_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        residual = self.gate(self.second(self.act(self.first(x))))
        out: Tensor = self.act(residual + self.shortcut(x))
        return out


class ExpressionNet(nn.Module):
    """Normalized crops in, logits out, in the order of analysis.types.EXPRESSIONS."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.px = config.px  # training may use a coarser size for a while
        self.stem = nn.Sequential(
            # one wide, coarse convolution: at 48x48 a second one costs a third of the whole network's time
            nn.Conv2d(1, config.widths[0], 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(config.widths[0]),
            nn.ReLU(inplace=True),
        )
        self.stages = nn.Sequential(*self._stages(config))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(config.dropout),
            nn.Linear(config.widths[-1], len(EXPRESSIONS)),
        )

    @staticmethod
    def _stages(config: NetworkConfig) -> list[nn.Module]:
        blocks: list[nn.Module] = []
        channels = config.widths[0]
        for stage, (width, count) in enumerate(zip(config.widths, config.blocks, strict=True)):
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(ResidualBlock(channels, width, stride, config.squeeze))
                channels = width
        return blocks

    def features(self, faces: Tensor) -> Tensor:
        """(B, 1, 48, 48) -> (B, widths[-1], px / 8, px / 8): what is known of each part before it is named."""
        if self.px != CROP_PX:
            size, shrinking = (self.px, self.px), self.px < CROP_PX
            faces = functional.interpolate(faces, size, mode="bilinear", align_corners=False, antialias=shrinking)
        features: Tensor = self.stages(self.stem(faces))
        return features

    def forward(self, faces: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(faces))  # (B, 7) logits; softmax belongs to the caller
        return logits


class Mirrored(nn.Module):
    """A network's mean answer to a face and to its mirror image: left and right count the same, by construction."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, faces: Tensor) -> Tensor:
        """(B, 1, 48, 48) -> (B, 7) logits."""
        own, mirrored = self.network(torch.cat([faces, faces.flip(-1)])).chunk(2)
        mean: Tensor = (own + mirrored) / 2
        return mean


def count_parameters(network: nn.Module) -> int:
    """Number of trainable parameters in a network."""
    return sum(parameter.numel() for parameter in network.parameters())
