"""All that rules read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.config import PipelineConfig
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series

if TYPE_CHECKING:
    from analysis.speech.said import Said


@dataclass(frozen=True, slots=True)
class Reading:
    """A recording as far as it was read. said: None while nobody has listened, or where the plan has no speech.

    config: of the whole run, for rules that lean on another kind's or on a stage's thresholds.
    """

    series: Series
    baselines: Baselines
    config: PipelineConfig
    said: Said | None = None

    @property
    def heard(self) -> Said:
        """What was said. Only rules of kinds that rest on speech may ask."""
        if self.said is None:
            raise ValueError("nothing was listened to")
        return self.said
