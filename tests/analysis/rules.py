"""One rule of a kind of moment, alone, on what a test made by hand."""

from __future__ import annotations

import re
from types import ModuleType

from analysis.catalogue import CATALOGUE
from analysis.catalogue.render import Renderer
from analysis.catalogue.signals import SIGNALS
from analysis.config import PipelineConfig
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baselines, find_baselines
from analysis.signals.series import Series, SeriesBuilder
from analysis.speech.said import Said
from analysis.types import Moment, MomentKind

CONFIG = PipelineConfig()
#: Of any text that a rule gives.
FORBIDDEN = re.compile(
    r"lie|lying|honest|decept|authentic|fake|stress|nervous|tense|anxi|trustworth|risk|manipul", re.IGNORECASE
)


def found(
    rule: ModuleType,
    series: Series | None = None,
    said: Said | None = None,
    *,
    baselines: Baselines | None = None,
    config: PipelineConfig = CONFIG,
) -> list[Moment]:
    """In order of time. Whatever it finds can be told, and judges nobody.

    rule: a file of analysis/moments/kinds. baselines: those of the series where none are given.
    """
    series = SeriesBuilder().build(40) if series is None else series
    kind = MomentKind(rule.__name__.rsplit(".", 1)[1])
    reading = Reading(series, find_baselines(series, 60_000) if baselines is None else baselines, config, said)
    moments: list[Moment] = rule.find(reading, config.moments[kind])
    for moment in moments:
        assert moment.kind == kind and moment.span.start_ms <= moment.peak_ms < moment.span.end_ms
        assert_tells(moment)
    return sorted(moments, key=lambda moment: moment.span.start_ms)


def assert_tells(moment: Moment) -> None:
    """Its sentence has all its values, ends, and judges nobody; what it rests on is known."""
    text = Renderer().sentence(CATALOGUE[moment.kind], moment.sentence, moment.values)
    assert "{" not in text and text.endswith(".") and not FORBIDDEN.search(text)
    assert moment.evidence and all(item.signal in SIGNALS for item in moment.evidence)
