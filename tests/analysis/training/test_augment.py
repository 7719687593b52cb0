from __future__ import annotations

import pytest
import torch
from torch import Generator

from analysis.training import augment as augmentation
from analysis.training.augment import mix
from analysis.training.config import AugmentConfig

STILL = AugmentConfig(**dict.fromkeys(AugmentConfig.__dataclass_fields__, 0.0))


def only(**values: float) -> AugmentConfig:
    return AugmentConfig(**{**dict.fromkeys(AugmentConfig.__dataclass_fields__, 0.0), **values})


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def augment(images: torch.Tensor, config: AugmentConfig, random: Generator) -> torch.Tensor:
    """The pictures alone."""
    return augmentation.augment(images, config, random)[0]


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


def test_it_says_which_pictures_are_mirrored(images: torch.Tensor) -> None:
    changed, mirrored = augmentation.augment(images, only(flip=0.5), seeded())
    expected = torch.where(mirrored[:, None, None], images.float().flip(2), images.float())
    assert 0 < mirrored.sum() < 32
    assert torch.allclose(changed, expected, atol=0.05)


def test_gamma_bends_but_leaves_black_and_white_alone() -> None:
    images = torch.linspace(0, 255, 48).expand(16, 48, 48).to(torch.uint8)
    bent = augment(images, only(gamma=0.5), seeded())
    assert torch.allclose(bent[:, :, [0, 47]], images.float()[:, :, [0, 47]], atol=0.05)
    assert (bent[:, 0, 24] - images[:, 0, 24]).abs().min() > 0.01
    assert (bent.diff(dim=2) >= 0).all()  # no grey overtakes a brighter one


def test_blur_softens_every_picture_and_keeps_its_mean(images: torch.Tensor) -> None:
    soft = augment(images, only(blur=1.0), seeded())
    assert (soft.std(dim=(1, 2)) < 0.9 * images.float().std(dim=(1, 2))).all()
    assert torch.allclose(soft.mean(dim=(1, 2)), images.float().mean(dim=(1, 2)), atol=1.5)


def test_noise_has_at_most_the_deviation_that_was_asked_for(images: torch.Tensor) -> None:
    grain = augment(images, only(noise=1.0, noise_levels=8.0), seeded()) - images.float()
    assert 0 < grain.std(dim=(1, 2)).max() < 8.8
    assert not torch.equal(grain[0], grain[1])


def test_mixup_fades_two_faces_and_their_targets_alike() -> None:
    faces, targets = torch.randn(6, 1, 48, 48, generator=seeded()), torch.eye(7)[:6]
    mixed, how = mix(faces, only(mixup=1.0), seeded())
    assert how is not None and 0.5 <= how.own <= 1
    assert torch.allclose(mixed, how.own * faces + (1 - how.own) * faces[how.other], atol=1e-6)
    assert torch.allclose(how.of(targets).sum(dim=1), torch.ones(6))


def test_cutmix_pastes_a_patch_whose_area_is_its_part_of_the_target() -> None:
    faces = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 1, 48, 48)
    mixed, how = mix(faces, only(cutmix=1.0), seeded())
    assert how is not None
    assert torch.allclose(
        (mixed == faces).float().mean(dim=(1, 2, 3))[how.other != torch.arange(6)], torch.tensor(how.own)
    )
    assert torch.equal(faces[:, 0, 0, 0], torch.arange(6.0))  # the originals are left alone


def test_without_a_chance_nothing_is_mixed() -> None:
    faces = torch.randn(6, 1, 48, 48, generator=seeded())
    assert all(mix(faces, STILL, seeded(seed)) == (faces, None) for seed in range(20))


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
