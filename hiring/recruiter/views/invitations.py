"""Personal links: made, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hiring import access
from hiring.positions import services
from hiring.positions.models import Interview
from hiring.recruiter.forms import InviteForm
from hiring.recruiter.views.positions import position_page


def _link_page(request: HttpRequest, interview: Interview, token: str) -> HttpResponse:
    """Show a link in the answer to the POST: it is kept nowhere in readable form."""
    page = {
        "section": "positions",
        "interview": interview,
        "link": settings.BASE_URL + reverse("candidate:link", args=[token]),
        "days": settings.INVITATION_DAYS,
    }
    return render(request, "recruiter/link.html", page)


@require_POST
@login_required
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    form = InviteForm(request.POST, prefix="invite")
    if not position.is_open:
        form.add_error(None, _("This position is closed. Open it before you invite somebody."))
    if not form.is_valid():
        return position_page(request, position, status=400, invite_form=form)
    interview, token = services.invite(position=position, actor=request.user.as_actor(), **form.cleaned_data)
    return _link_page(request, interview, token)


@require_POST
@login_required
def new_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    interview = access.interview_for(request.user, pk)
    return _link_page(request, interview, services.new_link(interview=interview, actor=request.user.as_actor()))


@require_POST
@login_required
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    interview = access.interview_for(request.user, pk)
    if services.revoke_links(interview=interview, actor=request.user.as_actor()):
        messages.success(request, _("The link does not open any more."))
    return redirect("recruiter:position", pk=interview.position_id)
