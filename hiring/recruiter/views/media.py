"""What the review page's scripts and its video element fetch. Every view is logged."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from hiring.accounts.requests import SignedIn
from hiring.recordings.models import Recording
from hiring.recordings.selectors import peaks_of
from hiring.recordings.streaming import media_response
from hiring.recruiter import viewed
from hiring.recruiter.timeline.figure import figure
from hiring.recruiter.timeline.theme import COLORS, LANES
from hiring.review import timeline as read
from hiring.review.captions import of as captions_of
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import complete_run


class WindowForm(forms.Form):
    """Which part of the timeline, at what resolution, in which colors, without which lanes."""

    start_ms = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    end_ms = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    points = forms.IntegerField(required=False, min_value=10, max_value=5000)
    theme = forms.ChoiceField(required=False, choices=[(name, name) for name in COLORS])
    hide = forms.MultipleChoiceField(required=False, choices=[(lane, lane) for lane, _h, _n in LANES])


def _window(request: SignedIn) -> dict[str, Any]:
    form = WindowForm(request.GET)
    form.is_valid()  # invalid values are dropped: the whole timeline is then shown
    return form.cleaned_data


def _etag(recording: Recording, run: AnalysisRun | None, window: dict[str, Any]) -> str:
    facts = [recording.pk, run and run.pk, recording.state, get_language(), sorted(window.items(), key=str)]
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


@require_safe
@login_required
def timeline(request: SignedIn, pk: UUID) -> HttpResponse:
    """The Plotly figure of a window. 404 while there is no completed analysis."""
    recording, window = viewed.seen_recording(request, pk), _window(request)
    run = complete_run(recording)
    etag = _etag(recording, run, window)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    if run is None:
        raise Http404
    window_ms = (window.get("start_ms"), window.get("end_ms"))
    drawn = figure(
        read.timeline(run, *window_ms, points=window.get("points") or 1000),
        waveform=peaks_of(recording),
        theme=window.get("theme") or "light",
        hidden=window.get("hide", ()),
    )
    return JsonResponse(drawn, headers={"ETag": etag}, json_dumps_params={"separators": (",", ":")})


def _ready(request: SignedIn, pk: UUID) -> Recording:
    recording = viewed.seen_recording(request, pk)
    if recording.state != Recording.State.READY:
        raise Http404
    return recording


@require_safe
@login_required
def video(request: SignedIn, pk: UUID) -> HttpResponseBase:
    """The playable copy, served by byte ranges."""
    recording = _ready(request, pk)
    if not recording.playable_file:
        raise Http404
    return media_response(request, recording.interview_id, recording.playable_file, "video/mp4")


@require_safe
@login_required
def poster(request: SignedIn, pk: UUID) -> HttpResponseBase:
    recording = _ready(request, pk)
    if not recording.poster_file:
        raise Http404
    return media_response(request, recording.interview_id, recording.poster_file, "image/jpeg")


@require_safe
@login_required
def captions(request: SignedIn, pk: UUID) -> HttpResponse:
    """The transcript as WebVTT."""
    return HttpResponse(captions_of(complete_run(_ready(request, pk))), content_type="text/vtt; charset=utf-8")
