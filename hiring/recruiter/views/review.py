"""The review page: one answer's video, timeline, transcript, moments and notes on one clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from analysis.types import EXPRESSIONS
from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.actions import retry_run
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.recordings.wording import refusal_sentence
from hiring.recruiter import viewed
from hiring.recruiter.forms import InboxForm
from hiring.recruiter.timeline.theme import DASHES, SOUND_ENDS, lane_label
from hiring.recruiter.transcript import shown
from hiring.review import selectors, services
from hiring.review.inbox import Show, next_in_list, next_to_review
from hiring.review.wording import expression_label, step_label
from hiring.runs.selectors import latest_run


def _chosen(request: SignedIn, answers: list[Recording]) -> Recording | None:
    wanted = request.GET.get("recording")
    if wanted is None:
        return answers[0] if answers else None
    found = next((answer for answer in answers if str(answer.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


@transaction.atomic
def _note_views(request: SignedIn, interview: Interview, recording: Recording | None) -> None:
    """Record who viewed what: the candidate can read it."""
    actor = request.user.as_actor()
    audit.record(actor=actor, action=Action.VIEWED_INTERVIEW, obj=interview, interview=interview)
    if recording is not None:
        audit.record(actor=actor, action=Action.VIEWED_RECORDING, obj=recording, interview=interview)


def _addresses(recording: Recording) -> dict[str, str]:
    names = ("timeline", "video", "poster", "captions", "progress", "retry", "add_note", "watched")
    return {name: reverse(f"recruiter:{name}", args=[recording.pk]) for name in names}


def _switchable(context: Mapping[str, Any]) -> list[str]:
    """The lanes, other than the expressions, that may be present, so that each has a button that hides it."""
    expression = ["shown_most"] if context["has_expression"] else []
    sound = SOUND_ENDS if context["has_voice"] else ()
    return [*expression, *(("head", "lids") if context["has_head"] else ()), "voice", *sound, "speech"]


def _of_recording(request: SignedIn, recording: Recording) -> dict[str, Any]:
    context = selectors.review_context(recording, request.user)
    return {
        **context,
        **_progress_words(recording, context["progress"]),
        "transcript": shown(context["transcript"]),
        "address": _addresses(recording),
        "playable": recording.state == Recording.State.READY and bool(recording.playable_file),
        "series": [(name, expression_label(name), DASHES[name]) for name in EXPRESSIONS],
        "lanes": [(lane, lane_label(lane)) for lane in _switchable(context)],
    }


def _way(request: SignedIn, interview: Interview) -> dict[str, Any]:
    """The list that the reviewer came from, and the next interview in it."""
    rows, positions = access.interviews(request.user), access.positions(request.user)
    if "from" not in request.GET:  # without a list, continue with those waiting
        waiting = InboxForm({"state": Show.READY, "sort": "oldest"}, positions=positions)
        return {"trail": waiting.trail(), "next": next_to_review(rows, request.user, interview)}
    form = InboxForm(request.GET, positions=positions)
    chosen = {name: value for name, value in form.choices_made().items() if name != "page"}
    return {"trail": form.trail(), "next": next_in_list(rows, request.user, interview, **chosen)}


# Plotly writes its own style elements and attributes; scripts stay restricted to this origin.
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # it knows of no arguments
@require_safe
@login_required
def interview(request: SignedIn, pk: UUID) -> HttpResponse:
    row = access.interview_for(request.user, pk)
    answers = viewed.answers(request, row)
    recording = _chosen(request, answers)
    _note_views(request, row, recording)
    page: dict[str, Any] = {
        "section": "inbox",
        "interview": row,
        "answers": answers,
        "recording": recording,
        "handed_in": viewed.handed_in(row),
        **_way(request, row),
        "decision": selectors.decision_of(row),
    }
    if recording is None:
        return render(request, "recruiter/no_recording.html", page)
    return render(request, "recruiter/review.html", page | _of_recording(request, recording))


def _progress_words(recording: Recording, state: selectors.Progress) -> dict[str, Any]:
    run = state.run
    return {
        "step": step_label(run.step) if run and run.is_active else "",
        "refusal": refusal_sentence(recording),
        "so_far": selectors.so_far(state),
    }


@require_safe
@login_required
def progress(request: SignedIn, pk: UUID) -> HttpResponse:
    """How far along the analysis is, polled by the page, which reloads once there is something to see."""
    recording = access.recording_for(request.user, pk)
    state = selectors.progress(recording)
    page = {
        "recording": recording,
        "progress": state,
        "address": _addresses(recording),
        **_progress_words(recording, state),
    }
    response = render(request, "recruiter/_progress.html", page)
    if not state.standing.is_moving:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def watched(request: SignedIn, pk: UUID) -> HttpResponse:
    """The page reports that this answer was watched to the end, or that its whole transcript was read."""
    recording = access.recording_for(request.user, pk)
    services.note_watched(recording=recording, reviewer=request.user)
    return HttpResponse(status=204)


@require_POST
@login_required
def retry(request: SignedIn, pk: UUID) -> HttpResponse:
    """Queue a failed analysis again."""
    recording = access.recording_for(request.user, pk)
    run = latest_run(recording)
    try:
        if run is not None:
            retry_run.retry(run=run, actor=request.user.as_actor())
    except retry_run.NotRetried as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('recruiter:interview', args=[recording.interview_id])}?recording={recording.pk}")
