"""The personal link: previewed without being used up, then redeemed by a button."""

from __future__ import annotations

import math

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from hiring import access
from hiring.access import CANDIDATE_LINK_KEY, CANDIDATE_SESSION_KEY
from hiring.candidate.frame import next_step, page
from hiring.positions import services as positions
from hiring.positions.models import Interview, Invitation
from hiring.positions.selectors import asked_of_all
from hiring.positions.services import LinkRefused
from hiring.web import cookies

_COOKIE = "sightline_link"
_COOKIE_S = 2 * 60 * 60
_PATH = "/interview/"


def _refused(request: HttpRequest, refused: LinkRefused) -> HttpResponse:
    """Say in one sentence why, and whom to ask. Anyone who already holds this interview simply continues."""
    own = request.session.get(CANDIDATE_SESSION_KEY)
    if refused.reason == "used" and own and own == str(refused.interview_id):
        return redirect(next_step(access.candidate_interview(request)))
    status = 404 if refused.reason == "unknown" else 410
    response = page(request, "link_refused.html", None, status=status, reason=refused.reason)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the address, and so the token, into its log
    return response


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address bar. A mail scanner that previews the link changes nothing.

    The token waits in a signed cookie of this browser: sessions are rows, and rows hold only its hash.
    """
    try:
        invitation = positions.link_state(token)
    except LinkRefused as refused:
        return _refused(request, refused)
    response = redirect("candidate:start")
    cookies.put(response, _COOKIE, token, path=_PATH, max_age_s=_COOKIE_S)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, invitation.interview.language, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Show who asks, for what, and how long it takes; the button uses up the link and opens a new session."""
    token = cookies.get(request, _COOKIE, path=_PATH, max_age_s=_COOKIE_S)
    if not token:
        return _without_link(request)
    try:
        if request.method == "POST":
            return _open(request, token)
        return _introduce(request, positions.link_state(token).interview)
    except LinkRefused as refused:
        return _refused(request, refused)


def _without_link(request: HttpRequest) -> HttpResponse:
    try:
        return redirect(next_step(access.candidate_interview(request)))
    except Http404:
        return page(request, "link_refused.html", None, status=404, reason="missing")


def forget(response: HttpResponse, interview: Interview) -> None:
    """Remove the proof from the browser after the interview is erased."""
    response.delete_cookie(_proof_cookie(interview), path=_PATH, samesite="Lax")


def _proof_cookie(interview: Interview) -> str:
    """Cookie that stays in the browser that opened the first link: it ties later links to the same person."""
    return f"sightline_first_{interview.pk.hex}"


def _earlier(request: HttpRequest, interview: Interview) -> str:
    """The link to this interview that this browser last opened as the candidate, or an empty string."""
    return cookies.get(request, _proof_cookie(interview), path=_PATH, max_age_s=cookies.LONGEST_S)


def _remember(response: HttpResponse, invitation: Invitation) -> None:
    name = _proof_cookie(invitation.interview)
    cookies.put(response, name, str(invitation.pk), path=_PATH, max_age_s=cookies.LONGEST_S)


def _open(request: HttpRequest, token: str) -> HttpResponse:
    interview = positions.link_state(token).interview
    invitation = positions.redeem(token=token, earlier=_earlier(request, interview))
    positions.choose_language(interview=interview, language=get_language())
    request.session.flush()
    rotate_token(request)
    request.session[CANDIDATE_SESSION_KEY] = str(interview.pk)
    request.session[CANDIDATE_LINK_KEY] = str(invitation.pk)
    response = redirect(next_step(interview))
    response.delete_cookie(_COOKIE, path=_PATH, samesite="Lax")
    if invitation.proven:
        _remember(response, invitation)
    return response


def _introduce(request: HttpRequest, interview: Interview) -> HttpResponse:
    limits = [question.time_limit_s for question in asked_of_all(interview.position)]
    return page(
        request,
        "start.html",
        None,
        position=interview.position,
        name=interview.candidate_name,
        questions=len(limits),
        minutes_each=math.ceil(max(limits, default=0) / 60),
        minutes=math.ceil(sum(limits) / 60),
        step=1,
    )


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and remember it for this interview."""
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and request.session.get(CANDIDATE_SESSION_KEY):
        positions.choose_language(interview=access.candidate_interview(request), language=chosen)
    return set_language(request)
