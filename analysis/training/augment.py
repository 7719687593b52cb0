"""Changes that leave an expression what it is, for a whole batch at once.

Two CPU cores must feed the network, so every step is a tensor operation on (B, 48, 48), never a loop over
images. Erasing: Zhong et al. 2020, "Random erasing data augmentation".
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

from analysis.training.config import AugmentConfig

#: Of an erased rectangle, as a part of the crop: smaller ones teach nothing.
_SMALLEST_SIDE = 0.1


def augment(images: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """(B, 48, 48) grey 0..255 uint8 -> (B, 48, 48) float32 grey 0..255, each image changed in its own way."""
    grey = images.to(torch.float32)
    grey = _move(grey, config, random)
    grey = _blur(grey, config.blur, random)
    grey = _light(grey, config, random)
    return _erase(grey, config, random)


def _between(low: float, high: float, n: int, random: Generator) -> Tensor:
    return torch.empty(n).uniform_(low, high, generator=random)


def _happens(chance: float, n: int, random: Generator) -> Tensor:
    return torch.rand(n, generator=random) < chance


def _move(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """Flip, rotation, scale and shift as one resampling, so that the image is softened only once."""
    n = len(grey)
    angle = _between(-config.rotate_deg, config.rotate_deg, n, random) * (math.pi / 180)
    scale = torch.exp(_between(-config.scale, config.scale, n, random))
    mirror = 1 - 2 * _happens(config.flip, n, random).to(torch.float32)
    shift = torch.empty(n, 2).uniform_(-2 * config.shift, 2 * config.shift, generator=random)  # of [-1, 1]
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = torch.stack([mirror * cos, -sin, shift[:, 0], mirror * sin, cos, shift[:, 1]], dim=1)
    grid = functional.affine_grid(rows.view(n, 2, 3), [n, 1, *grey.shape[1:]], align_corners=False)
    moved = functional.grid_sample(
        grey.unsqueeze(1), grid, mode="bilinear", padding_mode="border", align_corners=False
    )  # (B, 1, 48, 48)
    return moved.squeeze(1)


def _blur(grey: Tensor, chance: float, random: Generator) -> Tensor:
    """A 3x3 binomial filter, mixed in by a random part: cameras and compression do worse."""
    n = len(grey)
    line = torch.tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(line, line).view(1, 1, 3, 3)
    padded = functional.pad(grey.unsqueeze(1), (1, 1, 1, 1), mode="replicate")
    soft = functional.conv2d(padded, kernel).squeeze(1)  # (B, 48, 48)
    share = _between(0.5, 1.0, n, random) * _happens(chance, n, random)
    return torch.lerp(grey, soft, share.view(n, 1, 1))


def _light(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """Brightness multiplies, contrast stretches about the mean; too bright clips, as in a camera."""
    n = len(grey)
    gain = (1 + _between(-config.brightness, config.brightness, n, random)).view(n, 1, 1)
    stretch = (1 + _between(-config.contrast, config.contrast, n, random)).view(n, 1, 1)
    lit = (grey * gain).clamp(0, 255)
    mean = lit.mean(dim=(1, 2), keepdim=True)
    return ((lit - mean) * stretch + mean).clamp(0, 255)


def _erase(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """A rectangle of one random grey, as a hand, hair or a microphone hides part of a face."""
    n, height, width = grey.shape
    smallest = min(_SMALLEST_SIDE, config.erase_side)
    sides = torch.empty(n, 2).uniform_(smallest, config.erase_side, generator=random)
    centre = torch.rand(n, 2, generator=random)
    rows = (torch.arange(height) + 0.5) / height  # (48,)
    columns = (torch.arange(width) + 0.5) / width
    in_rows = (rows[None] - centre[:, :1]).abs() < sides[:, :1] / 2  # (B, 48)
    in_columns = (columns[None] - centre[:, 1:]).abs() < sides[:, 1:] / 2
    hidden = in_rows[:, :, None] & in_columns[:, None, :]  # (B, 48, 48)
    hidden &= _happens(config.erase, n, random).view(n, 1, 1)
    return torch.where(hidden, _between(0, 255, n, random).view(n, 1, 1), grey)
