"""What every candidate page shares: its frame, and how far along the person is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hiring import access
from hiring.audit.pace import TooOften
from hiring.consent import selectors as consent
from hiring.positions.models import Interview
from hiring.web import errors

#: Start, notice, choices, answers.
STEPS = 4


def page(
    request: HttpRequest, template: str, interview: Interview | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a candidate page. `section` marks the current link, `step` the current step."""
    frame = {
        "interview": interview,
        "position": interview.position if interview else None,
        "is_proven": interview is None or access.candidate_link(request).proven,
        "languages": settings.LANGUAGES,
        "steps": range(1, STEPS + 1),
    }
    return render(request, f"candidate/{template}", frame | context, status=status)


def next_step(interview: Interview) -> str:
    """The name of the page where the candidate continues."""
    if not consent.receipts(interview).exists():
        return "candidate:notice"
    if interview.state == Interview.State.OPENED:
        return "candidate:answers"
    return "candidate:status"


class TooOftenIsSaid:
    """Answer 429, with the sentence, when a candidate did something too often, whichever page it was on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooOften):
            return errors.too_often(request, str(error), error.retry_after_s)
        return None
