"""Everything that rules read."""

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
    """A recording as far as it was read. said: None until speech was analyzed, or if the plan has no speech.

    config: of the whole run, for rules that use the thresholds of another kind or of a stage.
    """

    series: Series
    baselines: Baselines
    config: PipelineConfig
    said: Said | None = None

    @property
    def heard(self) -> Said:
        """What was said. Only rules of kinds that depend on speech may ask."""
        if self.said is None:
            raise ValueError("nothing was listened to")
        return self.said
