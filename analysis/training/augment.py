"""Changes that preserve an expression, for a whole batch at once.

Two CPU cores must feed the model, so every step is a tensor operation on (B, 48, 48), never a loop over images.
Random numbers are drawn on the CPU, so that a GPU sees the same pictures. Erasing: Zhong et al. 2020, "Random erasing
data augmentation". Mixup: Zhang et al. 2018. CutMix: Yun et al. 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from analysis.training.config import AugmentConfig

#: Of an erased rectangle, as a fraction of the crop: smaller ones teach nothing.
_SMALLEST_SIDE = 0.1


@dataclass(frozen=True, slots=True)
class Mix:
    """Each image of a batch combined with another: the other's index (B,) and the share of the image itself, 0..1."""

    other: Tensor
    own: float

    def of(self, values: Tensor) -> Tensor:
        """(B, …) targets, mixed the way the images were."""
        return self.own * values + (1 - self.own) * values[self.other]


def augment(images: Tensor, config: AugmentConfig, random: Generator) -> tuple[Tensor, Tensor]:
    """(B, 48, 48) gray 0..255 uint8 -> (B, 48, 48) float32 gray 0..255, and (B,) which of them are mirrored.

    Each image is changed independently.
    """
    grey = images.to(torch.float32)
    mirrored = _happens(config.flip, len(grey), random)
    grey = _move(grey, mirrored, config, random)
    grey = _blur(grey, config.blur, random)
    grey = _light(grey, config, random)
    grey = _noise(grey, config, random)
    return _erase(grey, config, random), mirrored.to(images.device)


def mix(faces: Tensor, config: AugmentConfig, random: Generator) -> tuple[Tensor, Mix | None]:
    """(B, 1, S, S) normalized faces, combined in pairs in some batches: blended (mixup) or with a patch (CutMix).

    A patch is at most half of the picture, and its position is the same in the whole batch.
    """
    drawn = float(torch.rand(1, generator=random))
    if drawn >= config.mixup + config.cutmix:
        return faces, None
    other = torch.randperm(len(faces), generator=random).to(faces.device)
    own = 0.5 + 0.5 * float(torch.rand(1, generator=random))
    if drawn < config.mixup:
        return torch.lerp(faces[other], faces, own), Mix(other, own)
    side = faces.shape[-1]
    patch = round(side * math.sqrt(1 - own))
    top, left = (int(torch.randint(side - patch + 1, (1,), generator=random)) for _ in range(2))
    window = (..., slice(top, top + patch), slice(left, left + patch))
    joined = faces.clone()
    joined[window] = faces[other][window]
    return joined, Mix(other, 1 - patch**2 / side**2)


def _between(low: float, high: float, n: int, random: Generator) -> Tensor:
    return torch.empty(n).uniform_(low, high, generator=random)


def _happens(chance: float, n: int, random: Generator) -> Tensor:
    return torch.rand(n, generator=random) < chance


def _move(grey: Tensor, mirrored: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """Flip, rotation, scale and shift as one resampling, so that the image is softened only once."""
    n = len(grey)
    angle = _between(-config.rotate_deg, config.rotate_deg, n, random) * (math.pi / 180)
    scale = torch.exp(_between(-config.scale, config.scale, n, random))
    mirror = 1 - 2 * mirrored.to(torch.float32)
    shift = torch.empty(n, 2).uniform_(-2 * config.shift, 2 * config.shift, generator=random)  # of [-1, 1]
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = torch.stack([mirror * cos, -sin, shift[:, 0], mirror * sin, cos, shift[:, 1]], dim=1)
    grid = functional.affine_grid(rows.view(n, 2, 3).to(grey.device), [n, 1, *grey.shape[1:]], align_corners=False)
    moved = functional.grid_sample(
        grey.unsqueeze(1), grid, mode="bilinear", padding_mode="border", align_corners=False
    )  # (B, 1, 48, 48)
    return moved.squeeze(1)


def _blur(grey: Tensor, chance: float, random: Generator) -> Tensor:
    """A binomial filter once or twice, mixed in by a random share: small faces, lenses and compression soften."""
    n = len(grey)
    once = _softened(grey)
    strength = _between(0.5, 2.0, n, random) * _happens(chance, n, random)
    strength = strength.view(n, 1, 1).to(grey.device)
    weakly = torch.lerp(grey, once, strength.clamp(max=1))
    return torch.lerp(weakly, _softened(once), (strength - 1).clamp(min=0))


def _softened(grey: Tensor) -> Tensor:
    line = torch.tensor([0.25, 0.5, 0.25], device=grey.device)
    kernel = torch.outer(line, line).view(1, 1, 3, 3)
    padded = functional.pad(grey.unsqueeze(1), (1, 1, 1, 1), mode="replicate")
    return functional.conv2d(padded, kernel).squeeze(1)  # (B, 48, 48)


def _light(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """Brightness multiplies, contrast stretches about the mean, gamma bends; too bright clips, as in a camera."""
    n = len(grey)
    gain = (1 + _between(-config.brightness, config.brightness, n, random)).view(n, 1, 1).to(grey.device)
    stretch = (1 + _between(-config.contrast, config.contrast, n, random)).view(n, 1, 1).to(grey.device)
    bend = torch.exp(_between(-config.gamma, config.gamma, n, random)).view(n, 1, 1).to(grey.device)
    lit = 255 * ((grey * gain).clamp(0, 255) / 255) ** bend
    mean = lit.mean(dim=(1, 2), keepdim=True)
    return ((lit - mean) * stretch + mean).clamp(0, 255)


def _noise(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """Grain of a dark sensor: standard deviation of up to `noise_levels` gray levels."""
    if not config.noise:
        return grey
    n = len(grey)
    deviation = _between(0, config.noise_levels, n, random) * _happens(config.noise, n, random)
    grain = torch.randn(grey.shape, generator=random).to(grey.device)
    return (grey + grain * deviation.view(n, 1, 1).to(grey.device)).clamp(0, 255)


def _erase(grey: Tensor, config: AugmentConfig, random: Generator) -> Tensor:
    """A rectangle of one random gray, as when a hand, hair or a microphone hides part of a face."""
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
    filling = _between(0, 255, n, random).view(n, 1, 1)
    return torch.where(hidden.to(grey.device), filling.to(grey.device), grey)
