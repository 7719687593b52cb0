"""Who sees a position's interviews."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.positions import services
from hiring.recruiter.forms import TeamForm
from hiring.recruiter.views.positions import position_page


@require_POST
@login_required
def add(request: SignedIn, pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    form = TeamForm(request.POST, prefix="team")
    if form.is_valid():
        try:
            email = form.cleaned_data["email"]
            person = services.add_colleague(position=position, email=email, actor=request.user.as_actor())
        except services.NotAllowed as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("{name} is on the team now.").format(name=person.name))
            return redirect("recruiter:position", pk=pk)
    return position_page(request, position, status=400, team_form=form)


@require_POST
@login_required
def remove(request: SignedIn, pk: UUID, user_pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    member = position.memberships.select_related("user").filter(user_id=user_pk).first()
    if member is None:
        raise Http404
    try:
        services.remove_from_team(position=position, user=member.user, actor=request.user.as_actor())
    except services.NotAllowed as error:
        messages.error(request, str(error))
        return redirect("recruiter:position", pk=pk)
    messages.success(request, _("{name} is off the team.").format(name=member.user.name))
    if member.user == request.user:
        return redirect("recruiter:positions")
    return redirect("recruiter:position", pk=pk)
