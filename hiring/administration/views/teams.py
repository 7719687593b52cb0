"""Who is on a position's team, so that no position is left without anyone."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.administration.forms import TeamForm
from hiring.administration.guard import administrators_only
from hiring.positions import services


@administrators_only
@require_http_methods(["GET", "POST"])
def team(request: SignedIn, pk: UUID) -> HttpResponse:
    """Put a colleague on the team of a position. The administrator sees names, never interviews."""
    position = access.governed_position_for(request.user, pk)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            email = form.cleaned_data["email"]
            person = services.add_colleague(position=position, email=email, actor=request.user.as_actor())
        except services.NotAllowed as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("{name} is on the team now.").format(name=person.name))
            return redirect("administration:team", pk=pk)
    members = position.memberships.select_related("user").order_by("-user__is_active", "user__name")
    context = {"section": "people", "position": position, "members": members, "form": form}
    return render(request, "administration/team.html", context, status=400 if form.errors else 200)
