"""Finds pictures that a dataset contains more than once: exact copies, and copies that were shifted, mirrored,
brightened, cropped a little wider or compressed again.

Two steps. A short descriptor of each picture (16 x 16, its light removed) is compared with all others by chunked
matrix products, also mirrored and shifted. Pairs that are alike there are verified by the normalized
cross-correlation (Lewis 1995) of the band-passed pictures, at its best over shifts of up to 4 pixels and seven sizes.

Measured on FER-2013, Training against PublicTest: of 12,661 pairs between 0.6 and 0.93 before sizes were tried, most
end around 0.70 (two people who look alike), 656 end above 0.90 (copies), and fewest, 56, between 0.85 and 0.90. By
eye, pairs at 0.80 to 0.84 are nearly all different photographs, at 0.84 to 0.88 half are copies or shots of the same
person a moment later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage, sparse
from scipy.sparse import csgraph

from analysis.expression.preprocessing import CROP_PX
from analysis.training.datasets.dataset import Dataset

#: Correlation from which two pictures count as copies (see above).
NEAR = 0.85

#: Below this at its own size, no other size turns a pair into copies.
_WORTH_RESIZING = 0.6
_SIZES = (0.85, 0.9, 0.95, 1.05, 1.1, 1.15)

#: What is finally compared: detail between these two widths. Finer is compression, coarser is light.
_BAND_PX = (1.0, 4.0)
_SHIFT_PX = 4

#: Descriptors: similarity from which a pair is verified, means of 3 x 3 pixels, light removed, and the shifts at
#: which they are compared: a descriptor tolerates 1.5 pixels, so steps of 3 reach 4.5.
_WORTH_A_LOOK = 0.7
_CELLS = 16
_LIGHT_PX = 8.0
_LOOKS_PX = (-3, 0, 3)

_CHUNK = 1024

_Floats = NDArray[np.float32]
_Rows = NDArray[np.int64]
_Images = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pairs:
    """first, second: (P,) rows of two sets of pictures, or of one set. likeness: (P,) their correlation, to 1."""

    first: _Rows
    second: _Rows
    likeness: _Floats


@dataclass(frozen=True, slots=True)
class Copies:
    """Which pictures of one dataset are in another.

    exact, near: (N,) learned rows with the same pixels, and with nearly the same. measured: (M,) rows that have a
    copy. conflicts: how many copies carry a label that none of the pictures they copy has.
    """

    exact: NDArray[np.bool_]
    near: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    conflicts: int

    @property
    def rows(self) -> NDArray[np.bool_]:
        """(N,) true for every learned row that is a copy of either kind."""
        return self.exact | self.near


def copies_of(learned: Dataset, measured: Dataset) -> NDArray[np.bool_]:
    """(N,) over the learned rows: true where the picture is a copy or near-copy of a measured one."""
    return copies_between(learned, measured).rows


def copies_between(learned: Dataset, measured: Dataset) -> Copies:
    """Both kinds of copies, and what their labels say. Half a minute on one core for FER-2013's 28,709 x 3,589."""
    same = _same_pixels(learned.images, measured.images)
    alike = near_pairs(learned.images, measured.images)
    first, second = np.concatenate([same.first, alike.first]), np.concatenate([same.second, alike.second])
    exact, near, agrees = (np.zeros(len(learned), dtype=np.bool_) for _ in range(3))
    known = np.zeros(len(measured), dtype=np.bool_)
    exact[same.first] = near[alike.first] = known[second] = True
    agrees[first[learned.labels[first] == measured.labels[second]]] = True
    near &= ~exact
    return Copies(exact, near, known, conflicts=int(((exact | near) & ~agrees).sum()))


def groups_of(images: _Images) -> _Rows:
    """(N, 48, 48) -> (N,) group numbers: pictures that are copies or near-copies share one.

    Fast enough for a whole training set (about 45 s on one core for 28,709), because pictures of one set are compared
    without shifts: copies moved by more than about 2 pixels can stay apart.
    """
    same, alike = _same_pixels(images, images), near_pairs_within(images)
    first, second = np.concatenate([same.first, alike.first]), np.concatenate([same.second, alike.second])
    edges = sparse.coo_matrix((np.ones(len(first), dtype=np.bool_), (first, second)), shape=[len(images)] * 2)
    numbers: _Rows = csgraph.connected_components(edges, directed=False)[1].astype(np.int64)
    return numbers


def near_pairs(first: _Images, second: _Images) -> Pairs:
    """(N, 48, 48), (M, 48, 48) -> the pairs that correlate by NEAR or more; exact copies are among them.

    A picture of a single gray matches no other. Costs 18 products of (N, 256) with (256, M).
    """
    return _joined([_compared(first, view, _LOOKS_PX) for view in (second, second[:, :, ::-1])])


def near_pairs_within(images: _Images) -> Pairs:
    """(N, 48, 48) -> pairs of rows of one set, the smaller first; see groups_of for what it misses."""
    return _joined([_compared(images, view, (0,), within=True) for view in (images, images[:, :, ::-1])])


def _same_pixels(first: _Images, second: _Images) -> Pairs:
    """Each picture of the first set with the earliest one of the second that has the same pixels."""
    earliest: dict[bytes, int] = {}
    for row, digest in enumerate(_digests(second)):
        earliest.setdefault(digest, row)
    found = [(row, earliest[digest]) for row, digest in enumerate(_digests(first)) if digest in earliest]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return Pairs(pairs[:, 0], pairs[:, 1], np.ones(len(pairs), dtype=np.float32))


def _digests(images: _Images) -> Iterator[bytes]:
    return (hashlib.sha256(image.tobytes()).digest() for image in images)


def _joined(views: list[Pairs]) -> Pairs:
    """Plain and mirrored pairs as one list; a symmetric face can be in both."""
    first, second, likeness = (
        np.concatenate([getattr(pairs, name) for pairs in views]) for name in ("first", "second", "likeness")
    )
    order = np.lexsort((-likeness, second, first))
    first, second, likeness = first[order], second[order], likeness[order]
    new = np.ones(len(first), dtype=np.bool_)
    new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return Pairs(first[new], second[new], likeness[new])


def _compared(first: _Images, second: _Images, looks_px: tuple[int, ...], within: bool = False) -> Pairs:
    """The pairs of one view (plain or mirrored) of the second set. within: only rows before columns."""
    descriptors = np.concatenate([_descriptors(first[rows]) for rows in _slices(len(first))])
    found = []
    for columns in _slices(len(second)):
        rows = slice(0, columns.stop if within else len(first))
        worth = _worth_a_look(descriptors[rows], second[columns], looks_px)
        if within:
            worth = np.triu(worth, k=1 - columns.start)
        one, other = np.nonzero(worth)
        likeness = _likeness(first, second, one, other + columns.start)
        near = likeness >= NEAR
        found.append(Pairs(one[near], other[near] + columns.start, likeness[near]))
    return _joined(found)


def _worth_a_look(descriptors: _Floats, others: _Images, looks_px: tuple[int, ...]) -> NDArray[np.bool_]:
    """(N, 256) descriptors and (M, 48, 48) pictures -> (N, M)."""
    worth = np.zeros((len(descriptors), len(others)), dtype=np.bool_)
    for down in looks_px:
        for right in looks_px:
            worth |= descriptors @ _descriptors(others, down, right).T > _WORTH_A_LOOK
    return worth


def _likeness(first: _Images, second: _Images, rows: _Rows, columns: _Rows) -> _Floats:
    """The pairs (P,) of rows and columns -> (P,) their best correlation over shifts and sizes."""
    best = np.zeros(len(rows), dtype=np.float32)
    for part in _slices(len(rows)):
        best[part] = _best_over_shifts(first[rows[part]], second[columns[part]])
    unclear = np.nonzero((best >= _WORTH_RESIZING) & (best < NEAR))[0]
    for size in _SIZES:
        for part in _slices(len(unclear)):
            pairs = unclear[part]
            resized = _best_over_shifts(first[rows[pairs]], second[columns[pairs]], size)
            best[pairs] = np.maximum(best[pairs], resized)
    return best


def _best_over_shifts(first: _Images, second: _Images, size: float = 1.0) -> _Floats:
    """(P, 48, 48) twice -> (P,): the middle of each first picture, enlarged by `size`, best matched in the second."""
    edge, inner = _SHIFT_PX, CROP_PX - 2 * _SHIFT_PX
    middle = slice(edge, edge + inner)
    there = _band(second)
    template = np.zeros_like(there)
    here = _band(first, size)[:, middle, middle]
    template[:, middle, middle] = _unit(here.reshape(len(here), -1)).reshape(here.shape)
    every_shift = fft.irfft2(np.conj(fft.rfft2(template)) * fft.rfft2(there), s=(CROP_PX, CROP_PX))
    shifts = np.arange(-edge, edge + 1)
    products = every_shift[:, shifts][:, :, shifts]  # (P, 9, 9): shifts of up to 4 do not wrap around
    total, squares = _window_sums(there, inner), _window_sums(there**2, inner)  # (P, 9, 9) each
    length = np.sqrt(np.maximum(squares - total**2 / inner**2, 1.0))
    best: _Floats = (products / length).max(axis=(1, 2)).astype(np.float32)
    return best


def _window_sums(images: _Floats, side: int) -> NDArray[np.float64]:
    """(P, 48, 48) -> (P, 9, 9): sums over every window of side x side pixels."""
    sums = np.zeros((len(images), CROP_PX + 1, CROP_PX + 1))
    sums[:, 1:, 1:] = images.cumsum(axis=1, dtype=np.float64).cumsum(axis=2)
    windows: NDArray[np.float64] = (
        sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]
    )
    return windows


# Blurring, shifting, resizing and averaging are linear along each axis: one 48-column matrix each, L @ image @ R.T


def _descriptors(images: _Images, down: int = 0, right: int = 0) -> _Floats:
    """(N, 48, 48), moved by whole pixels -> (N, 256) of mean 0 and length 1, or 0 for a picture of a single gray."""
    grey = images.astype(np.float32)
    side = CROP_PX // _CELLS
    means: _Floats = np.repeat(np.eye(_CELLS) / side, side, axis=1).astype(np.float32)  # (16, 48)
    dimmed = means @ _blur(_LIGHT_PX)
    rows, columns = _move(down), _move(right)
    detail = (means @ rows) @ grey @ (means @ columns).T - (dimmed @ rows) @ grey @ (dimmed @ columns).T
    return _unit(detail.reshape(len(images), -1).astype(np.float32, copy=False))


def _band(images: _Images, size: float = 1.0) -> _Floats:
    """(N, 48, 48), enlarged about its center -> the same shape: the detail between the two widths of _BAND_PX."""
    grey = images.astype(np.float32)
    fine, coarse = (_blur(sigma) @ _enlarge(size) for sigma in _BAND_PX)
    detail: _Floats = fine @ grey @ fine.T - coarse @ grey @ coarse.T
    return detail


def _unit(vectors: _Floats) -> _Floats:
    """(N, D) -> mean 0 and length 1 per row; rows without detail become zeros."""
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.where(length > 1.0, centred / np.maximum(length, 1.0), np.float32(0))


def _blur(sigma_px: float) -> _Floats:
    blurred: _Floats = ndimage.gaussian_filter1d(np.eye(CROP_PX, dtype=np.float32), sigma_px, axis=0, mode="nearest")
    return blurred


def _move(by_px: int) -> _Floats:
    """Edges are repeated."""
    source = (np.arange(CROP_PX) - by_px).clip(0, CROP_PX - 1)
    moved: _Floats = np.eye(CROP_PX, dtype=np.float32)[source]
    return moved


def _enlarge(size: float) -> _Floats:
    """Linear interpolation about the center; beyond the edges, edge pixels are repeated."""
    centre = (CROP_PX - 1) / 2
    source = ((np.arange(CROP_PX) - centre) / size + centre).clip(0, CROP_PX - 1)
    distance = np.abs(source[:, None] - np.arange(CROP_PX))
    weights: _Floats = np.maximum(0, 1 - distance).astype(np.float32)
    return weights


def _slices(length: int) -> Iterator[slice]:
    for start in range(0, length, _CHUNK):
        yield slice(start, min(start + _CHUNK, length))
