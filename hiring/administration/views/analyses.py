"""Analyses that stopped: which, when, why, and restarting them. Shows references, never the people behind them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.actions.retry_run import NotRetried, retry
from hiring.administration.guard import administrators_only, page_of
from hiring.runs import selectors

#: At most this many are started per response; the same button starts the rest.
AT_ONCE = 100


@administrators_only
@require_safe
def stopped(request: SignedIn) -> HttpResponse:
    """What failed or was set aside and can be restarted, and how many are waiting for the server."""
    context = {
        "section": "models",
        "tab": "analyses",
        "page": page_of(request, access.stopped_analyses(request.user)),
        "waiting": selectors.waiting().count(),
        "reasons": sorted(set(selectors.waiting().order_by().values_list("failure", flat=True))),
    }
    return render(request, "administration/stopped_analyses.html", context)


@administrators_only
@require_POST
def start(request: SignedIn, pk: UUID) -> HttpResponse:
    """Restart one."""
    try:
        retry(run=access.governed_run_for(request.user, pk), actor=request.user.as_actor())
        messages.success(request, _("The analysis starts again."))
    except NotRetried as error:
        messages.error(request, str(error))
    return redirect("administration:stopped_analyses")


@administrators_only
@require_POST
def start_all(request: SignedIn) -> HttpResponse:
    """Restart all of them, or as many as one response allows."""
    count = sum(_is_started(request, run.pk) for run in access.stopped_analyses(request.user)[:AT_ONCE])
    sentence = ngettext("%(count)d analysis starts again.", "%(count)d analyses start again.", count)
    messages.success(request, sentence % {"count": count})
    left = access.stopped_analyses(request.user).count()
    if left:
        still = ngettext("%(left)d is still stopped.", "%(left)d are still stopped.", left)
        messages.warning(request, still % {"left": left})
    return redirect("administration:stopped_analyses")


def _is_started(request: SignedIn, pk: UUID) -> bool:
    """Whether this click started it: someone else may have, or the recording is gone."""
    try:
        retry(run=access.governed_run_for(request.user, pk), actor=request.user.as_actor())
    except NotRetried:
        return False
    return True
