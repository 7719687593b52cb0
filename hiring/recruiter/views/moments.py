"""The "why" card of one moment, and the verdict on it, as fragments."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from analysis.types import Stage
from hiring.accounts.requests import SignedIn
from hiring.recordings.streaming import media_response
from hiring.recruiter import viewed
from hiring.recruiter.timeline import evidence
from hiring.review import services
from hiring.review.moments import moment_details, moments
from hiring.runs.models import Moment
from hiring.runs.selectors import network_is_off


def _card(request: SignedIn, row: Moment, problem: str = "", **more: object) -> HttpResponse:
    details = moment_details(row, request.user)
    listed = moments(row.run, request.user)
    place = next((number for number, item in enumerate(listed, start=1) if item["id"] == details["id"]), 0)
    page = {
        "moment": details,
        "place": place,
        "moments": listed,
        "seen": sum(1 for item in listed if item["own"]),
        "evidence": [evidence.facts(piece) for piece in row.evidence],
        "plot": evidence.plot(row),
        "explanation": evidence.explanation(row),
        "words": evidence.words_of(row),
        "how_sure": evidence.how_sure(row),
        "model": evidence.model_of(row.run),
        "network_is_off": Stage.EXPRESSION in evidence.stages_of(row) and network_is_off(row.run),
        "canvas": {"width": evidence.WIDTH, "height": evidence.HEIGHT},
        "problem": problem,
        "typed": request.POST.get("reason", "") if problem else "",
        **more,
    }
    return render(request, "recruiter/_why.html", page, status=422 if problem else 200)


@require_safe
@login_required
def moment(request: SignedIn, pk: UUID) -> HttpResponse:
    return _card(request, viewed.seen_moment(request, pk))


@require_safe
@login_required
def explanation(request: SignedIn, pk: UUID) -> HttpResponseBase:
    """The picture of the face with the parts that the model looked at. 404 if there is none."""
    row = viewed.seen_moment(request, pk)
    found = getattr(row, "explanation", None)
    if found is None or not found.picture_file:
        raise Http404
    return media_response(request, row.run.recording.interview_id, found.picture_file, "image/png")


@require_POST
@login_required
def verdict(request: SignedIn, pk: UUID) -> HttpResponse:
    """Confirm or dismiss. Responds with the card, plus the moment's row out of band."""
    row = viewed.seen_moment(request, pk)
    answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")
    try:
        services.give_verdict(moment=row, reviewer=request.user, answer=answer, reason=reason)
    except services.NotAllowed as error:
        return _card(request, row, str(error))
    return _card(request, row, changed=True)


@require_POST
@login_required
def undo(request: SignedIn, pk: UUID) -> HttpResponse:
    row = viewed.seen_moment(request, pk)
    services.withdraw_verdict(moment=row, reviewer=request.user)
    return _card(request, row, changed=True)
