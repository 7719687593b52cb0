"""What the timeline draws for a run."""

from __future__ import annotations

import threading
from typing import Any

from analysis.types import Stage
from hiring.review import observations, overview, sound
from hiring.review.moments import mark
from hiring.runs.models import AnalysisRun

#: Frames take tens of megabytes while being downsampled, and threads share one processor: more at once is no faster.
_READING = threading.BoundedSemaphore(2)
#: Words with a shorter pause between them form one stretch of speech, if speech detection did not run.
_PAUSE_MS = 700


def timeline(
    run: AnalysisRun, start_ms: int | None = None, end_ms: int | None = None, points: int = 2000
) -> dict[str, Any]:
    """Everything the timeline draws in a window (default: the whole recording), at most `points` per line."""
    recording = run.recording
    duration_ms = recording.duration_ms or run.total_ms or 1
    start_ms = min(max(start_ms or 0, 0), duration_ms - 1)
    end_ms = max(min(duration_ms if end_ms is None else end_ms, duration_ms), start_ms + 1)
    points = min(max(points, observations.FEWEST_POINTS), observations.MOST_POINTS)
    with _READING:
        drawn = _drawn(run, start_ms, end_ms, points)
    inside = {"start_ms__lt": end_ms, "end_ms__gte": start_ms}
    return {
        "recording": str(recording.pk),
        "run": str(run.pk),
        "duration_ms": duration_ms,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "points": points,
        **drawn,
        "segments": list(run.segments.filter(**inside).values("lane", "value", "start_ms", "end_ms", "mean_prob")),
        "speech": speech_spans(run, start_ms, end_ms),
        "moments": [mark(moment) for moment in run.moments.filter(**inside)],
    }


def _drawn(run: AnalysisRun, start_ms: int, end_ms: int, points: int) -> dict[str, Any]:
    """The lines of a window: from the overview for a long window, from its frames for a short one."""
    window, interview_id = (start_ms, end_ms), run.recording.interview_id
    coarse = overview.read(interview_id, run.overview_file, *window, points)
    found = coarse or observations.frames(interview_id, run.observations_file, *window)
    heard: list[dict[str, Any]] = []
    if Stage.VOICE in run.plan and coarse is not None:
        heard = sound.thinned_lines(coarse.lines, points, run.baseline)
    elif Stage.VOICE in run.plan:
        heard = sound.lines(interview_id, run.sound_file, *window, points, run.baseline)
    return {
        "series": [observations.series(found, name, points) for name in found.expressions]
        if found and Stage.EXPRESSION in run.plan
        else [],
        "signals": [observations.signal(found, name, points) for name in found.face_signals]
        if found and Stage.LANDMARKS in run.plan
        else [],
        "sound": heard,
        "gaps": observations.gaps(found, *window, (end_ms - start_ms) // points) if found else [],
    }


def speech_spans(run: AnalysisRun, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """When someone speaks in a window: from speech detection, otherwise from words with short pauses between them."""
    heard = run.segments.filter(lane="speech")
    if heard.exists():
        return list(heard.filter(start_ms__lt=end_ms, end_ms__gte=start_ms).values_list("start_ms", "end_ms"))
    inside = run.words.filter(start_ms__lt=end_ms, end_ms__gte=start_ms)
    spans: list[tuple[int, int]] = []
    for start, end in inside.order_by("start_ms").values_list("start_ms", "end_ms"):
        if spans and start - spans[-1][1] <= _PAUSE_MS:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
