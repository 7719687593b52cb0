"""From gray crops to what the model sees, the same in training and in use."""

from __future__ import annotations

import torch
from torch import Tensor

#: Side of a crop in pixels, as in FER-2013.
CROP_PX = 48

#: Below this deviation (gray levels of 255) a crop is flat: it is left dim instead of being amplified into noise.
FLAT_DEVIATION = 4.0


def normalise(faces: Tensor) -> Tensor:
    """(N, 48, 48) gray levels 0..255, any dtype -> (N, 1, 48, 48) float32, mean 0 and deviation 1 per crop.

    Standardizing each crop removes any change of light of the form a * gray + b. What saturates at 255 is lost; the
    augmentation's clipped brightness trains the model to cope with that.
    """
    grey = faces.to(torch.float32).unsqueeze(1)  # (N, 1, 48, 48)
    centred = grey - grey.mean(dim=(2, 3), keepdim=True)
    deviation = centred.square().mean(dim=(2, 3), keepdim=True).sqrt()  # (N, 1, 1, 1)
    return centred / deviation.clamp(min=FLAT_DEVIATION)
