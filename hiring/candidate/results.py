"""The candidate's own recording, transcript and marked moments, and who viewed them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analysis.types import UNCLEAR, Stage
from hiring import access
from hiring.candidate.answers import Answer, answers_of
from hiring.candidate.frame import page
from hiring.candidate.wording import look_label, network_note
from hiring.consent import selectors as consent
from hiring.lib.media_time import clock, clock_tenths, span
from hiring.policy.rules import Purpose
from hiring.recordings.models import Recording
from hiring.recordings.streaming import media_response
from hiring.review import services
from hiring.review.captions import of as captions_of
from hiring.review.transcript import transcript as transcript_of
from hiring.review.wording import kind_label, moment_rule, moment_sentence, regions_in_words, regions_tell, word_text
from hiring.runs import points
from hiring.runs.models import AnalysisRun, Moment
from hiring.runs.selectors import complete_run, latest_run
from hiring.web.outside import whole_number

_TYPES = {"mov": "video/mp4", "matroska": "video/webm", "avi": "video/x-msvideo", "mpeg": "video/mpeg"}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Every answer, and the list of who viewed it and when."""
    interview = access.candidate_interview(request)
    looks = [(event.at, name, look_label(event.action)) for event, name in access.candidate_looks(request)]
    rows = [{"answer": answer, **_found(answer)} for answer in answers_of(request, interview)]
    return page(request, "results.html", interview, rows=rows, looks=looks, section="results")


def _found(answer: Answer) -> dict[str, Any]:
    """What one answer has in addition to the video; no count of moments where none were searched for."""
    run = complete_run(answer.recording) if answer.recording and answer.is_open else None
    if run is None or not run.plan:
        return {"moments": None, "label": _("Watch your video")}
    if set(run.plan) <= {Stage.TRANSCRIPT, Stage.SPEECH}:
        return {"moments": run.moments.count() or None, "label": _("Video and transcript")}
    has_words = Stage.TRANSCRIPT in run.plan
    label = _("Video, transcript and moments") if has_words else _("Video and moments")
    return {"moments": run.moments.count(), "label": label}


def _ready(request: HttpRequest, pk: UUID) -> Recording:
    recording = access.candidate_recording(request, pk)
    if recording.state != Recording.State.READY:
        raise Http404
    return recording


def _moments(run: AnalysisRun | None) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind_label(moment.kind),
            "sentence": moment_sentence(moment),
            "start_ms": moment.start_ms,
            "start_s": f"{moment.start_ms / 1000:.1f}",
            "span": span(moment.start_ms, moment.end_ms),
            "rule": moment_rule(moment),
            **_regions(moment),
        }
        for moment in (run.moments.select_related("explanation") if run else ())
    ]


def _regions(moment: Moment) -> dict[str, Any]:
    """Which parts of the face the model looked at: in words, and the address of the picture."""
    found = getattr(moment, "explanation", None)
    if found is None:
        return {"regions": ""}
    return {
        "regions": regions_in_words(found.regions),
        "regions_tell": regions_tell(found.expression),
        "regions_at": clock_tenths(found.at_ms),
        "picture": reverse("candidate:explanation", args=[moment.pk]) if found.picture_file else "",
    }


def _lines(transcript: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "is_silence": line["kind"] == "silence",
            "clock": clock(line["start_ms"]),
            "start_s": f"{line['start_ms'] / 1000:.1f}",
            "start_ms": line["start_ms"],
            "seconds": round((line["end_ms"] - line["start_ms"]) / 1000, 1),
            "text": " ".join(word_text(word) for word in line["words"]),
            "is_added": transcript["source"] == "uploaded" and all(word["mark"] == UNCLEAR for word in line["words"]),
            "correction": line["correction"],
        }
        for line in transcript["lines"]
    ]


def _points(recording: Recording, run: AnalysisRun | None) -> list[dict[str, Any]]:
    """What reviewers see of the question's points, as soon as the candidate may see them."""
    if not points.are_open_to_candidate(recording.interview):
        return []
    return [
        point | {"quotes": [quote | {"clock": clock(quote["start_ms"])} for quote in point["quotes"]]}
        for point in points.of(recording, run)
        if point["quotes"] is not None
    ]


@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One answer as a reviewer sees it, with the reason next to every marked moment."""
    recording = access.candidate_recording(request, pk)
    if recording.state != Recording.State.READY:
        return redirect("candidate:status")
    return _result_page(request, recording)


def _result_page(request: HttpRequest, recording: Recording, refused: dict[str, Any] | None = None) -> HttpResponse:
    """The page; refused: a correction that could not be stored, with start_ms, text and sentence."""
    run = complete_run(recording)
    transcript = transcript_of(run)
    newest = latest_run(recording)
    return page(
        request,
        "result.html",
        recording.interview,
        recording=recording,
        question=recording.question,
        run=run,
        pending=newest is not None and newest.is_active,
        moments=_moments(run),
        network_note=network_note(run),
        transcript=transcript,
        lines=_lines(transcript),
        topics=run.topics if run else [],
        points=_points(recording, run),
        agreed_to_transcript=Purpose.TRANSCRIPT in consent.granted(recording.interview),
        refused=refused,
        section="results",
        status=400 if refused else 200,
    )


@require_POST
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Store the candidate's own words for one line; an empty text removes them."""
    recording = _ready(request, pk)
    start_ms = whole_number(request.POST.get("start_ms", ""))
    if start_ms is None:
        raise Http404
    text = request.POST.get("text", "")
    try:
        services.correct(recording=recording, start_ms=start_ms, text=text)
    except services.NoSuchLine as error:
        raise Http404 from error
    except services.NotAllowed as error:
        refused = {"start_ms": start_ms, "text": text, "sentence": str(error)}
        return _result_page(request, recording, refused)
    messages.success(request, _("Saved. Reviewers see your correction next to the automatic transcript."))
    return redirect(f"{reverse('candidate:result', args=[recording.pk])}#line-{start_ms}")


@require_safe
def video(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The playable copy, or any byte range of it."""
    recording = _ready(request, pk)
    if recording.playable_file:
        return media_response(request, recording.interview_id, recording.playable_file, "video/mp4")
    kind = _TYPES.get(recording.container, "application/octet-stream")
    return media_response(request, recording.interview_id, recording.original_file, kind)


@require_safe
def poster(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    recording = _ready(request, pk)
    return media_response(request, recording.interview_id, recording.poster_file, "image/jpeg")


@require_safe
def explanation(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The picture that reviewers see next to a moment: where the model looked."""
    moment = access.candidate_moment(request, pk)
    found = getattr(moment, "explanation", None)
    if found is None or not found.picture_file:
        raise Http404
    return media_response(request, moment.run.recording.interview_id, found.picture_file, "image/png")


@require_safe
def captions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Captions for the player."""
    return HttpResponse(captions_of(complete_run(_ready(request, pk))), content_type="text/vtt; charset=utf-8")
