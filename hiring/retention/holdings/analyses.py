"""What was computed: runs with their measurements, and moments with their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from hiring.recordings.models import Recording
from hiring.retention.holdings.base import Copied, Copy, Entry, Holding, Table, as_json, decrypted
from hiring.review.wording import kind_label, moment_rule, moment_sentence, regions_tell
from hiring.runs.models import AnalysisRun, Explanation, Moment, Savepoint, Segment
from hiring.runs.selectors import network_is_off


class Analyses(Holding):
    label = _("marked moments with their pictures, and everything else that was computed")
    tables = (
        Table("runs", _("Analyses"), AnalysisRun, "recording__interview"),
        Table("savepoints", _("Saved states of unfinished analyses"), Savepoint, "run__recording__interview"),
        Table("segments", _("Segments of the timeline"), Segment, "run__recording__interview"),
        Table("moments", _("Marked moments"), Moment, "run__recording__interview"),
        Table("explanations", _("Pictures of the face"), Explanation, "moment__run__recording__interview"),
    )
    of_answer = (
        Copied("moments.json", _("the marked moments with their rule and their measurements")),
        Copied("explanation-….png", _("your face at a marked moment, with the parts that counted")),
        Copied(
            "analysis.json", _("what was computed, with which versions, and what is usual for you in this answer")
        ),
        Copied("observations.parquet", _("the measurements of each frame, such as expressions and head turn")),
        Copied("sound.parquet", _("loudness, pitch and rate of your voice over time")),
    )

    def copy_of_answer(self, copy: Copy, recording: Recording, run: AnalysisRun | None) -> Iterator[Entry]:
        if run is None:
            return
        moments = list(run.moments.select_related("explanation"))
        pictures = {moment.pk: f"explanation-{number}.png" for number, moment in enumerate(moments, start=1)}
        yield as_json("moments.json", [_moment(moment, pictures[moment.pk]) for moment in moments])
        for moment in moments:
            if hasattr(moment, "explanation") and moment.explanation.picture_file:
                yield pictures[moment.pk], decrypted(recording, moment.explanation.picture_file)
        yield as_json("analysis.json", _about(run))
        if run.observations_file:
            yield "observations.parquet", decrypted(recording, run.observations_file)
        if run.sound_file:
            yield "sound.parquet", decrypted(recording, run.sound_file)


def _about(run: AnalysisRun) -> dict[str, Any]:
    facts = (
        *("plan", "finished_at", "frames", "frames_with_face", "baseline", "manifest"),
        *("transcript_source", "topics", "expression_was_off"),
    )
    return {
        **{fact: getattr(run, fact) for fact in facts},
        "network_switched_off_since": network_is_off(run),
        "segments": list(run.segments.values("lane", "value", "start_ms", "end_ms", "mean_prob")),
    }


def _moment(moment: Moment, picture: str) -> dict[str, Any]:
    columns = ("start_ms", "end_ms", "peak_ms", "evidence", "confidence", "quality")
    return {
        "kind": kind_label(moment.kind),
        "sentence": moment_sentence(moment),
        "rule": moment_rule(moment),
        **{name: getattr(moment, name) for name in columns},
        "explanation": _explanation(moment, picture),
    }


def _explanation(moment: Moment, picture: str) -> dict[str, Any] | None:
    """Where the model looked; `picture` is the name of the file next to moments.json."""
    found = getattr(moment, "explanation", None)
    if found is None:
        return None
    about = {name: getattr(found, name) for name in ("at_ms", "expression", "regions")}
    return {**about, "picture": picture if found.picture_file else "", "tells": regions_tell(found.expression)}
