"""An explanation points at the part of the face that carried the label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from analysis.expression import weights_file
from analysis.expression.explanation import Explainer, region_masks, region_shares, top_regions
from analysis.expression.heat_map import PICTURE_PX, heat_map_png
from analysis.expression.network import ExpressionNet, Mirrored, NetworkConfig
from analysis.faces.align import TEMPLATE
from analysis.training.datasets import read_dataset
from analysis.training.explaining import deletion_report, hidden
from analysis.types import ELSEWHERE, REGIONS


class _Looks(nn.Module):
    """A made-up network: the logit of label i is how much contrast there is in region i, of the others nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.masks = torch.tensor(region_masks()).float()

    def forward(self, faces: Tensor) -> Tensor:
        contrast = (faces * self.masks).square().sum(dim=(2, 3))  # (B, 1, 48, 48) * (5, 48, 48) -> (B, 5)
        return torch.cat([contrast, torch.zeros(len(faces), 2)], dim=1)


@pytest.fixture
def texture() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (48, 48), dtype=np.uint8)


def test_regions_do_not_overlap_are_as_large_as_each_other_and_leave_an_edge() -> None:
    masks = region_masks()
    assert masks.shape == (len(REGIONS), 48, 48)
    assert masks.sum(axis=0).max() == 1
    areas = masks.sum(axis=(1, 2))
    assert areas.max() < 1.25 * areas.min()
    together = masks.any(axis=0)
    assert not together[0].any() and not together[-1].any() and not together[:, [0, -1]].any()
    assert np.array_equal(masks, masks[:, :, ::-1]), "left and right are alike"


def test_the_landmarks_that_faces_are_aligned_to_lie_in_their_regions() -> None:
    masks = region_masks()
    expected = ("eyes", "eyes", "nose", "mouth", "mouth")
    for (x, y), name in zip(TEMPLATE, expected, strict=True):
        assert masks[REGIONS.index(name), round(y), round(x)], name


@pytest.mark.parametrize("name", REGIONS)
def test_a_network_that_looks_at_one_region_is_said_to_look_there(texture: NDArray[np.uint8], name: str) -> None:
    attribution = Explainer(_Looks()).attribution(texture, REGIONS.index(name))
    assert attribution.shape == (48, 48) and attribution.min() >= 0
    shares = region_shares(attribution)
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda region: shares[region]) == name and shares[name] > 0.6
    assert top_regions(attribution[None])[0] == REGIONS.index(name)


def test_a_label_that_nothing_carried_has_no_regions(texture: NDArray[np.uint8]) -> None:
    attribution = Explainer(_Looks()).attribution(texture, 6)  # whose logit is the same for every face
    assert not attribution.any()
    with pytest.raises(ValueError, match="nothing"):
        region_shares(attribution)


def test_what_lies_outside_of_all_regions_is_elsewhere() -> None:
    forehead = np.zeros((48, 48), np.float32)
    forehead[:4] = 1
    assert region_shares(forehead) == {**dict.fromkeys(REGIONS, 0), ELSEWHERE: 1}


def test_a_mirrored_face_is_explained_by_the_mirrored_parts(texture: NDArray[np.uint8]) -> None:
    torch.manual_seed(1)
    explainer = Explainer(Mirrored(ExpressionNet(NetworkConfig(widths=(8, 8, 8), blocks=(1, 1, 1)))))
    there, back = (explainer.attribution(np.ascontiguousarray(crop), 3) for crop in (texture, texture[:, ::-1]))
    assert there.any()
    np.testing.assert_allclose(back, there[:, ::-1], rtol=1e-3, atol=1e-5 * float(there.max()))


@pytest.mark.parametrize(
    ("crop", "label"),
    [(np.zeros((44, 44), np.uint8), 0), (np.zeros((48, 48), np.float32), 0), (np.zeros((48, 48), np.uint8), 7)],
)
def test_a_crop_or_label_of_another_kind_is_refused(crop: NDArray[np.uint8], label: int) -> None:
    with pytest.raises(ValueError):
        Explainer(_Looks()).attribution(crop, label)


def test_hiding_a_region_changes_that_region_alone(texture: NDArray[np.uint8]) -> None:
    for fill in ("blur", "grey"):
        after = hidden(texture[None], np.array([REGIONS.index("mouth")]), fill)[0]
        changed = after != texture
        near = cv2.dilate(region_masks()[REGIONS.index("mouth")].astype(np.uint8), np.ones((9, 9))) > 0
        assert changed[36:40, 20:28].mean() > 0.9 and not changed[~near].any()


def test_hiding_the_region_named_first_takes_more_away_than_hiding_another(
    shared: Callable[[str], Path],
) -> None:
    """The deletion test on real faces. With the intervals of 150 faces, chance cannot pass it."""
    dataset = read_dataset(shared("data/fer2013_train_valid.npz"))
    report = deletion_report(weights_file.SHIPPED, dataset, faces=150)
    assert report["n"] == 150
    for fill in ("blur", "grey"):
        figures = report["fills"][fill]
        assert figures["top_fall"]["low"] > 1.5 * figures["other_fall"]["high"], (fill, figures)
        assert figures["top_more"]["low"] > 0.55, (fill, figures)


def test_the_picture_is_colored_where_the_network_looked_and_grey_elsewhere() -> None:
    crop = np.full((48, 48), 140, np.uint8)
    looked = np.zeros((48, 48), np.float32)
    looked[34:42, 18:30] = 2.0
    picture = cv2.imdecode(np.frombuffer(heat_map_png(crop, looked), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape == (PICTURE_PX, PICTURE_PX, 3)
    there, away = picture[38 * 4, 24 * 4].astype(int), picture[10 * 4, 24 * 4].astype(int)  # blue, green, red
    assert there[2] > there[0] + 60
    assert away.max() - away.min() <= 2
    lightness = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)[..., 0]
    assert lightness[38 * 4, 24 * 4] == pytest.approx(lightness[10 * 4, 24 * 4], abs=3), "the face stays readable"


def test_the_same_face_gives_the_same_picture_twice(texture: NDArray[np.uint8]) -> None:
    pictures = {heat_map_png(texture, Explainer(_Looks()).attribution(texture, 1)) for _ in range(2)}
    assert len(pictures) == 1 and pictures.pop().startswith(b"\x89PNG")
