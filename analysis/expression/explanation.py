"""Which parts of the face carried a label: where the model looked, not why a face moved.

Integrated gradients (Sundararajan et al. 2017, "Axiomatic attribution for deep networks") of the label's logit, on
the straight path from blurred copies of the crop to the crop itself: a blurred face is what the model sees when a
part carries no information. The result is averaged over several blurs (as expected gradients, Erion et al. 2021, are
over baselines) and smoothed to the scale at which a region can be named. Evidence against the label is left out.

Chosen by the deletion test (Petsiuk et al. 2018, "RISE") on 600 faces of FER-2013's PublicTest, with the first
weights that were shipped (32, 64 and 128 channels). The columns are the drop in the label's probability with the top
region hidden / with a random other region of the same size hidden / the share of faces where the top region's drop is
the greater.

    integrated gradients, one blurred baseline, smoothed  0.202 / 0.042 / 78 %
    integrated gradients, gray baseline, smoothed         0.195 / 0.051 / 75 %
    integrated gradients, without their sign              0.134 / 0.061 / 64 %
    Grad-CAM (Selvaraju et al. 2017) at 12x12             0.137 / 0.056 / 67 %
    Grad-CAM at 6x6, before the last block                0.159 / 0.053 / 70 %
    Grad-CAM at 6x6, the last block                       0.080 / 0.074 / 52 %
    HiResCAM (Draelos and Carin 2020), before the last    0.168 / 0.050 / 73 %
    LayerCAM (Jiang et al. 2021) at 12x12                 0.167 / 0.049 / 71 %
    always the mouth, without looking                     0.152 / 0.051 / 72 %
    the region that hurts most, found by trying all       0.277 / 0.026 / 100 %

On another sample of 500 faces, several baselines gave 0.197 / 0.042 / 79 %, one 0.194 / 0.047 / 76 %. The current
version, which uses the face and its mirror image as the product does, gives 0.206 (0.187 to 0.224) / 0.024 (0.014 to
0.035) / 83 % (80 to 87) on 500 faces, some of which it was chosen on; twice as many steps: 0.213 / 0.024 / 84 %, in
twice the time. FER-2013's faces are looser and less upright than the product's aligned crops, for which the regions
were drawn; the test shows that they work even so. It was not done on aligned crops of video.
`python -m analysis.training explain --dataset FILE` repeats it with the current weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from analysis.expression import weights_file
from analysis.expression.network import Mirrored
from analysis.expression.preprocessing import CROP_PX, normalise
from analysis.types import ELSEWHERE, EXPRESSIONS, REGIONS

#: Standard deviations of the blurs, in pixels, whose results are averaged; and points on the path from each to the
#: crop.
BLURS_PX = (3.0, 8.0, 16.0)
STEPS = 4

# The scale of the map: finer than a region, coarser than the pixels between which the gradients jump.
_GRAIN_PX = 2.5

# x1, x2, y1, y2 on the crop to which `analysis.faces.align` brings every face: eyes 18 px apart at row 18, nose tip
# in row 29, mouth corners in row 37. All five have about the same area, 202 to 240 pixels, so that their shares can
# be compared directly; what is left (forehead, chin, jaw, border) is larger than all of them together.
_BOXES: Mapping[str, tuple[tuple[int, int, int, int], ...]] = {
    "brows": ((6, 42, 8, 14),),
    "eyes": ((7, 21, 14, 22), (27, 41, 14, 22)),
    "nose": ((17, 31, 22, 33), (21, 27, 14, 22)),
    "cheeks": ((5, 17, 23, 33), (31, 43, 23, 33)),
    "mouth": ((13, 35, 33, 43),),
}


def region_masks() -> NDArray[np.bool_]:
    """(5, 48, 48): the pixels of each of REGIONS, on an aligned crop. No pixel is in two of them."""
    masks = np.zeros((len(REGIONS), CROP_PX, CROP_PX), np.bool_)
    for mask, name in zip(masks, REGIONS, strict=True):
        for left, right, top, bottom in _BOXES[name]:
            mask[top:bottom, left:right] = True
    return masks


def region_shares(attribution: NDArray[np.floating]) -> dict[str, float]:
    """(48, 48), nowhere negative -> the share of each of REGIONS and of ELSEWHERE, which sum to 1.

    Raises ValueError for a map of zeros: nothing carried the label.
    """
    whole = float(attribution.sum(dtype=np.float64))
    if not whole > 0:
        raise ValueError("nothing in this crop carried the label")
    inside = [float(attribution[mask].sum(dtype=np.float64)) / whole for mask in region_masks()]
    return dict(zip(REGIONS, inside, strict=True)) | {ELSEWHERE: max(0.0, 1 - sum(inside))}


def top_regions(attributions: NDArray[np.floating]) -> NDArray[np.int64]:
    """(N, 48, 48) -> (N,) index in REGIONS of the region with the most attribution for each of its pixels."""
    density = np.stack([attributions[:, mask].mean(axis=1) for mask in region_masks()], axis=1)
    return np.asarray(density.argmax(axis=1), np.int64)


class Explainer:
    """Attributions under one model, for one caller at a time; some 60 ms a face on one core."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network.eval()

    @classmethod
    def load(cls) -> Explainer:
        """For the weights that this version ships, in torch: OpenVINO has no gradients. Raises BadWeights."""
        return cls(Mirrored(weights_file.read(weights_file.SHIPPED)[0]))  # as the product runs it

    def attribution(self, crop: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
        """A (48, 48) gray crop and an index in EXPRESSIONS -> (48, 48), nowhere negative, in logits.

        Raises ValueError for any other shape, type or label.
        """
        if crop.shape != (CROP_PX, CROP_PX) or crop.dtype != np.uint8:
            raise ValueError(f"a crop must be uint8 ({CROP_PX}, {CROP_PX}), not {crop.dtype} {crop.shape}")
        if not 0 <= label < len(EXPRESSIONS):
            raise ValueError(f"no expression has the index {label}")
        face = normalise(torch.tensor(crop[None]))[0, 0].numpy()  # (48, 48), as the model sees it
        blurred = np.stack([_blurred(face, deviation_px) for deviation_px in BLURS_PX])  # (K, 48, 48)
        change = face - blurred
        along = (np.arange(STEPS, dtype=np.float32) + 0.5) / STEPS  # midpoints: the least error for this many points
        path = blurred[:, None] + along[None, :, None, None] * change[:, None]  # (K, S, 48, 48)
        faces = path.reshape(-1, CROP_PX, CROP_PX).astype(np.float32)
        gradients = self._gradients(faces, label).reshape(path.shape)
        signed = (change * gradients.mean(axis=1)).mean(axis=0)
        return np.maximum(_blurred(signed, _GRAIN_PX), 0)

    def attributions(self, crops: NDArray[np.uint8], labels: NDArray[np.integer]) -> NDArray[np.float32]:
        """(N, 48, 48) crops and (N,) labels -> (N, 48, 48), each as `attribution` gives it."""
        found = [self.attribution(crop, int(label)) for crop, label in zip(crops, labels, strict=True)]
        return np.stack(found) if found else np.empty((0, CROP_PX, CROP_PX), np.float32)

    def _gradients(self, faces: NDArray[np.float32], label: int) -> NDArray[np.float32]:
        """(N, 48, 48) -> (N, 48, 48): how the label's logit changes with each pixel."""
        with torch.enable_grad():
            x = torch.tensor(faces[:, None], requires_grad=True)  # (N, 1, 48, 48)
            logits = self._network(x)  # (N, 7)
            (gradients,) = torch.autograd.grad(logits[:, label].sum(), x)
        found: NDArray[np.float32] = gradients[:, 0].numpy()
        return found


def _blurred(picture: NDArray[np.float32], deviation_px: float) -> NDArray[np.float32]:
    blurred = cv2.GaussianBlur(picture, (0, 0), deviation_px, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(blurred, np.float32)
