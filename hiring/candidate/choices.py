"""The notice, the choices, the receipts, and requests for an accommodation."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hiring import access
from hiring.actions.change_consent import change_consent
from hiring.candidate import wording
from hiring.candidate.forms import AdjustmentForm, ChoicesForm
from hiring.candidate.frame import next_step, page
from hiring.consent import selectors as consent
from hiring.consent.notice import notice as notice_in
from hiring.policy.rules import Purpose
from hiring.policy.selectors import rule_of
from hiring.positions import services as positions
from hiring.positions.models import Interview

_NOTICE_SHOWN = "notice_shown"


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """The notice in the chosen language, with what is offered in this candidate's jurisdiction."""
    interview = access.candidate_interview(request)
    text = notice_in(get_language()).for_whom_is_offered(rule_of(interview).allowed)
    request.session[_NOTICE_SHOWN] = text.version
    first = not consent.receipts(interview).exists()
    return page(request, "notice.html", interview, notice=text, first=first, step=2 if first else None)


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Every purpose as a switch, off until the candidate turns it on. The same page changes choices later."""
    link = access.proven_candidate_link(request)
    interview = link.interview
    first = not consent.receipts(interview).exists()
    if first and not request.session.get(_NOTICE_SHOWN):
        return redirect("candidate:notice")
    form = ChoicesForm(request.POST if request.method == "POST" else None, interview=interview)
    if form.is_bound and form.is_valid():
        change_consent(interview=interview, granted=form.granted(), language=get_language(), link=link)
        return _chosen(request, interview, first)
    return page(
        request,
        "choices.html",
        interview,
        status=400 if form.is_bound else 200,
        form=form,
        offers=wording.offers(interview, consent.granted(interview)),
        forbidden=wording.forbidden_titles(interview),
        has_videos=interview.recordings.exists(),
        first=first,
        onward=None if first else next_step(interview),
        step=3 if first else None,
        section="choices",
    )


def _chosen(request: HttpRequest, interview: Interview, first: bool) -> HttpResponse:
    if first:
        return redirect("candidate:answers")
    sentence = _("Your choices have been saved. Results of anything you switched off have been deleted.")
    messages.success(request, sentence)
    return redirect("candidate:choices")


@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """What the candidate agreed to, when, and in which words. For printing or keeping."""
    interview = access.proven_candidate_link(request).interview
    rows = consent.receipts(interview).select_related("link__made_by")
    grouped = []
    for _receipt, of_one in groupby(rows, key=lambda row: row.receipt):
        answers = sorted(of_one, key=lambda row: row.pk)
        titles = [(wording.PURPOSE_TITLES[Purpose(row.purpose)], row.granted) for row in answers]
        grouped.append({"row": answers[0], "answers": titles})
    return page(request, "receipts.html", interview, receipts=grouped, section="choices")


@require_http_methods(["GET", "HEAD", "POST"])
def adjustment(request: HttpRequest) -> HttpResponse:
    """Ask for another way to answer. The candidate is not asked for a reason."""
    interview = access.candidate_interview(request)
    if interview.accommodation:  # do not replace what was requested in another browser
        access.proven_candidate_link(request)
    form = AdjustmentForm(request.POST) if request.method == "POST" else AdjustmentForm.of(interview)
    if form.is_bound and form.is_valid():
        positions.ask_for_accommodation(interview=interview, text=form.text())
        messages.success(request, _("Thank you. The team will see your request and contact you."))
        return redirect("candidate:adjustment")
    return page(request, "adjustment.html", interview, form=form)
