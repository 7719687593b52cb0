"""The running mean of a model's weights, which is what is measured and exported.

Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging"; here exponential.
"""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


class AveragedWeights(Generic[Network]):
    """A second model that trails the first: `network` is in evaluation mode and never trained itself."""

    def __init__(self, trained: Network, decay: float) -> None:
        self.network = copy.deepcopy(trained).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, trained: Network, step: int) -> None:
        """Moves toward `trained` after step 1, 2, …; early steps count more, to forget the start."""
        decay = min(self.decay, (1 + step) / (10 + step))
        means, values = self.network.state_dict(), trained.state_dict()
        for mean, value in zip(means.values(), values.values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)
