"""Personal links: created, shown for a while, revoked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.positions import selectors, services
from hiring.positions.models import Interview
from hiring.recruiter.forms import InviteForm
from hiring.recruiter.views.positions import position_page
from hiring.web import shown_once


def _to_link_page(interview: Interview, token: str) -> HttpResponse:
    """Redirect to the page that shows the link: reloading it creates no second interview and no second link."""
    return shown_once.redirect_to_show(reverse("recruiter:link", args=[interview.pk]), token)


@require_POST
@login_required
def invite(request: SignedIn, pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    form = InviteForm(request.POST, prefix="invite")
    if form.is_valid() and not form.cleaned_data["again"]:
        earlier = selectors.invited_before(position, form.cleaned_data["email"])
        if earlier:
            form.ask_about(earlier)
    if not form.is_valid():
        return position_page(request, position, status=400, invite_form=form)
    columns = {name: value for name, value in form.cleaned_data.items() if name != "again"}
    try:
        interview, token = services.invite(position=position, actor=request.user.as_actor(), **columns)
    except services.NotAllowed as error:
        form.add_error(None, str(error))
        return position_page(request, position, status=400, invite_form=form)
    return _to_link_page(interview, token)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def link(request: SignedIn, pk: UUID) -> HttpResponse:
    """Create a new link; the page shows the newest one while it may."""
    interview = access.interview_for(request.user, pk)
    if request.method == "POST":
        return _to_link_page(interview, services.new_link(interview=interview, actor=request.user.as_actor()))
    token = shown_once.shown(request)
    address = settings.BASE_URL + reverse("candidate:link", args=[token]) if services.opens(interview, token) else ""
    page = {
        "section": "positions",
        "interview": interview,
        "link": address,
        "was_opened": interview.state != Interview.State.INVITED,
        "days": settings.INVITATION_DAYS,
        "minutes": shown_once.MINUTES,
    }
    return render(request, "recruiter/link.html", page)


@require_POST
@login_required
def revoke(request: SignedIn, pk: UUID) -> HttpResponse:
    interview = access.interview_for(request.user, pk)
    if services.revoke_links(interview=interview, actor=request.user.as_actor()):
        messages.success(request, _("The link no longer opens."))
    return redirect("recruiter:position", pk=interview.position_id)
