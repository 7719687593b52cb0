"""How far along each answer is. The columns of the run are the truth: a reload or a second tab sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from hiring import access
from hiring.candidate.answers import Answer, answers_of
from hiring.candidate.frame import page
from hiring.candidate.wording import network_note
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review.wording import step_label
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import latest_run
from hiring.runs.standing import Standing, standing_of


@dataclass(frozen=True)
class Line:
    """One answer's progress. kind: none, elsewhere, or the Standing of its recording."""

    answer: Answer
    kind: str
    label: str
    percent: int | None = None
    sentence: str = ""

    @property
    def is_active(self) -> bool:
        return self.kind == Standing.SENDING or (self.kind in set(Standing) and Standing(self.kind).is_moving)


def _line(answer: Answer) -> Line:
    recording = answer.recording
    if not answer.is_open:
        return Line(answer, "elsewhere", _("Recorded in the browser you started in."))
    if recording is None:
        return Line(answer, "none", _("Optional") if answer.is_follow_up else _("No video yet"))
    run = latest_run(recording)
    standing = standing_of(recording, run)
    if standing == Standing.SENDING:
        return Line(answer, standing, _("Upload not finished"), recording.received_percent)
    if standing == Standing.REFUSED:
        return Line(answer, standing, _("Cannot be used"), sentence=answer.refusal)
    if standing == Standing.RUNNING and run is not None:
        return Line(answer, standing, step_label(run.step), run.percent)
    if standing.is_moving:
        return Line(answer, standing, _("Waiting to be analyzed"), sentence=_why_it_waits(run))
    if standing == Standing.STOPPED:
        return Line(answer, standing, _("Not finished"), sentence=_what_stays(recording))
    return Line(answer, standing, _("Ready"), sentence=network_note(run))


def _why_it_waits(run: AnalysisRun | None) -> str:
    if run is None or run.not_before is None or run.not_before <= timezone.now():
        return ""
    return _("There is a technical problem on the server. Your video is safe, and the analysis continues by itself.")


def _what_stays(recording: Recording) -> str:
    """What is true of a video whose analysis has stopped: only one that was checked can be watched."""
    if recording.state == Recording.State.RECEIVED:
        return _(
            "The analysis could not be finished. Your video is safe, and you do not need to send it again. "
            "It can be watched once the analysis has been started again."
        )
    if recording.interview.state in (Interview.State.INVITED, Interview.State.OPENED):
        return _("The analysis could not be finished. Your video is safe, and the team can watch it once you submit.")
    return _("The analysis could not be finished. Your video is safe, and the team can watch it.")


def _context(request: HttpRequest, interview: Interview) -> dict[str, Any]:
    lines = [_line(answer) for answer in answers_of(request, interview)]
    done = sum(line.kind in (Standing.COMPLETE, Standing.UNANALYZED) for line in lines)
    count = sum(line.kind != "none" or not line.answer.is_follow_up for line in lines)
    summary = ngettext("%(done)s of %(all)s answer is ready.", "%(done)s of %(all)s answers are ready.", count) % {
        "done": done,
        "all": count,
    }
    active = any(line.is_active for line in lines)
    return {"lines": lines, "summary": summary, "active": active, "section": "status"}


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    interview = access.candidate_interview(request)
    return page(request, "status.html", interview, **_context(request, interview))


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """The part of the page that htmx requests every two seconds until nothing changes anymore."""
    interview = access.candidate_interview(request)
    return page(request, "_status.html", interview, **_context(request, interview))
