"""From grey crops to what the network sees, the same in training and in use."""

from __future__ import annotations

import torch
from torch import Tensor

#: Side of a crop in pixels, as in FER-2013.
CROP_PX = 48

#: Below this deviation (grey levels of 255) a crop is flat: it is left dim instead of blown up into noise.
FLAT_DEVIATION = 4.0


def normalise(faces: Tensor) -> Tensor:
    """(N, 48, 48) grey levels 0..255, any dtype -> (N, 1, 48, 48) float32, mean 0 and deviation 1 a crop.

    Standardising each crop removes any change of light of the form a * grey + b; what saturates at 255 is
    lost to it, and the augmentation's clipped brightness teaches the network to bear that.
    """
    grey = faces.to(torch.float32).unsqueeze(1)  # (N, 1, 48, 48)
    centred = grey - grey.mean(dim=(2, 3), keepdim=True)
    deviation = centred.square().mean(dim=(2, 3), keepdim=True).sqrt()  # (N, 1, 1, 1)
    return centred / deviation.clamp(min=FLAT_DEVIATION)
