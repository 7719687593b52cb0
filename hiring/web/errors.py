"""One page for every error that a person can encounter."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hiring.lib.busy import Busy


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "error.html", {"title": title, "sentence": sentence, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("That did not work"), _("The request could not be read. Nothing was changed."))


class LinkNeeded(Http404):
    """A candidate's page without the session that a personal link opens: missing, expired or revoked."""


class ProofNeeded(Http404):
    """A candidate's page that opens only in the browser that used the first link."""


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, ProofNeeded):
        title = _("Please use the browser you started in")
        sentence = _(
            "This page opens only in the browser where you first opened this interview, so that no one else can "
            "choose, watch, or delete in your name. If you no longer have that browser, please contact the team."
        )
        return _page(request, 404, title, sentence)
    if isinstance(exception, LinkNeeded):
        title = _("Please open your personal link")
        sentence = _(
            "This page opens from the personal link in your invitation. Please open that link in this browser."
        )
        return _page(request, 404, title, sentence)
    sentence = _("This page does not exist, or it is not open to you. Nothing was changed.")
    return _page(request, 404, _("Page not found"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something went wrong"),
        _("Something failed on our side. What you saved before is safe; please try again."),
    )


def too_busy(request: HttpRequest, error: Busy) -> HttpResponse:
    """429, and when to come back."""
    response = _page(request, 429, _("Please try again in a moment"), str(error))
    response["Retry-After"] = str(error.retry_after_s)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("Please try again"),
        _("This form had expired. Go back, reload the page and send it once more."),
    )


def too_often(request: HttpRequest, sentence: str, retry_after_s: int) -> HttpResponse:
    response = _page(request, 429, _("Please wait a little"), sentence)
    response["Retry-After"] = str(retry_after_s)
    return response
