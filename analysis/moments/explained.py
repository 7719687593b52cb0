"""Moments based on an expression, each with the explanation of its peak."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analysis.catalogue import CATALOGUE
from analysis.expression.explanation import Explainer, region_shares
from analysis.expression.heat_map import heat_map_png
from analysis.expression.weights_file import BadWeights
from analysis.faces.engine import one_thread
from analysis.signals.peak_crops import PeakCrop, PeakCrops
from analysis.types import EXPRESSIONS, Explanation, Moment, Stage

log = logging.getLogger(__name__)


def rests_on_expression(moment: Moment) -> bool:
    """Whether there is an expression to explain."""
    return Stage.EXPRESSION in CATALOGUE[moment.kind].stages and moment.values.get("expression") in EXPRESSIONS


@dataclass(frozen=True, slots=True)
class Explained:
    """All moments, in their order; `count` of those based on an expression have an explanation.

    note: why the others lack one, empty if none does.
    """

    moments: tuple[Moment, ...]
    count: int
    note: str


def explained(
    moments: Sequence[Moment],
    crops: PeakCrops,
    *,
    load: Callable[[], Explainer] = Explainer.load,
    beat: Callable[[], None] = lambda: None,
) -> Explained:
    """`moments` with explanations where possible. The others stay as they are: no failed explanation ends a run.

    `load` is called at most once, and only if there is something to explain; `beat` before each moment, and what it
    raises propagates.
    """
    if not any(rests_on_expression(moment) for moment in moments):
        return Explained(tuple(moments), 0, "")
    with one_thread():
        try:
            explainer = load()
        except BadWeights:
            return Explained(tuple(moments), 0, "the model cannot be loaded")
        result = []
        for moment in moments:
            beat()
            result.append(_with_explanation(moment, crops, explainer) if rests_on_expression(moment) else moment)
    asked = sum(map(rests_on_expression, moments))
    count = sum(moment.explanation is not None for moment in result)
    return Explained(tuple(result), count, "" if count == asked else f"{asked - count} could not be explained")


def _with_explanation(moment: Moment, crops: PeakCrops, explainer: Explainer) -> Moment:
    expression = str(moment.values["expression"])
    kept = crops.nearest(expression, moment.peak_ms, moment.span)
    if kept is None:
        return moment
    try:
        return replace(moment, explanation=_explanation(expression, kept, explainer))
    except Exception:  # whatever error torch or OpenCV raises: the moment itself is kept without it
        log.exception("The moment at %s ms could not be explained.", moment.peak_ms)
        return moment


def _explanation(expression: str, kept: PeakCrop, explainer: Explainer) -> Explanation:
    attribution = explainer.attribution(kept.crop, EXPRESSIONS.index(expression))
    regions = {name: round(share, 4) for name, share in region_shares(attribution).items()}
    return Explanation(kept.at_ms, expression, regions, heat_map_png(kept.crop, attribution))
