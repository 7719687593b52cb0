from __future__ import annotations

import pytest
import torch
from torch import Generator

from analysis.training.augment import augment
from analysis.training.config import AugmentConfig

STILL = AugmentConfig(**dict.fromkeys(AugmentConfig.__dataclass_fields__, 0.0))


def only(**values: float) -> AugmentConfig:
    return AugmentConfig(**{**dict.fromkeys(AugmentConfig.__dataclass_fields__, 0.0), **values})


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randint(40, 180, (32, 48, 48), dtype=torch.uint8, generator=seeded())


def test_shape_stays_and_grey_stays_in_range(images: torch.Tensor) -> None:
    changed = augment(images, AugmentConfig(), seeded())
    assert changed.shape == (32, 48, 48) and changed.dtype == torch.float32
    assert changed.min() >= 0 and changed.max() <= 255
    assert not torch.equal(changed, images.float())


def test_all_switches_off_change_nothing(images: torch.Tensor) -> None:
    assert torch.allclose(augment(images, STILL, seeded()), images.float(), atol=0.05)


def test_the_same_seed_gives_the_same_pictures(images: torch.Tensor) -> None:
    one, two = (augment(images, AugmentConfig(), seeded(3)) for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(one, augment(images, AugmentConfig(), seeded(4)))


def test_a_flip_is_a_mirror(images: torch.Tensor) -> None:
    assert torch.allclose(augment(images, only(flip=1.0), seeded()), images.float().flip(2), atol=0.05)


def test_brightness_only_multiplies(images: torch.Tensor) -> None:
    ratio = augment(images, only(brightness=0.3), seeded()) / images.float()
    assert (ratio.amax(dim=(1, 2)) - ratio.amin(dim=(1, 2))).max() < 0.01
    assert ratio.min() > 0.69 and ratio.max() < 1.31


def test_erasing_hides_one_rectangle_of_bounded_size(images: torch.Tensor) -> None:
    changed = augment(images, only(erase=1.0, erase_side=0.35), seeded())
    hidden = (changed - images.float()).abs() > 0.5
    assert hidden.any(dim=2).any(dim=1).all()
    assert hidden.any(dim=2).sum(dim=1).max() <= 0.35 * 48 + 1  # rows
    assert hidden.any(dim=1).sum(dim=1).max() <= 0.35 * 48 + 1  # columns


def test_a_shift_moves_by_at_most_its_part_of_the_side() -> None:
    images = torch.zeros(64, 48, 48, dtype=torch.uint8)
    images[:, 23:25, 23:25] = 255
    moved = augment(images, only(shift=0.1), seeded())
    rows = (moved.sum(dim=2) * torch.arange(48)).sum(dim=1) / moved.sum(dim=(1, 2))
    assert 2 < (rows - 23.5).abs().max() <= 4.8 + 0.1
