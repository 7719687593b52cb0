"""Who can sign in, and in which role."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hiring import access
from hiring.accounts import services
from hiring.accounts.models import User
from hiring.accounts.requests import SignedIn
from hiring.administration.forms import AccountForm, PersonForm, SearchForm
from hiring.administration.guard import administrators_only, filters_of, page_of
from hiring.positions import services as positions
from hiring.positions.selectors import resting_on, teams_of
from hiring.web import shown_once


@administrators_only
@require_safe
def people(request: SignedIn) -> HttpResponse:
    """Everyone with an account."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    rows = access.people(request.user).filter(Q(name__icontains=words) | Q(email__icontains=words))
    page = page_of(request, rows.order_by("-is_active", "name"))
    context = {"section": "people", "page": page, "q": words, "query": filters_of(request), "form": form}
    return render(request, "administration/people.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def add(request: SignedIn) -> HttpResponse:
    """Add a person; the response shows, only this once, the link with which they choose a password."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.add_person(**form.cleaned_data, actor=request.user.as_actor())
        except services.CannotChange as error:
            form.add_error("email", str(error))
        else:
            return _to_link(request, person)
    return render(request, "administration/add_person.html", {"section": "people", "form": form})


@administrators_only
@require_http_methods(["GET", "POST"])
def person(request: SignedIn, pk: UUID) -> HttpResponse:
    """Change a person's role, close or reopen their account."""
    found = access.person_for(request.user, pk)
    form = AccountForm.of(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = positions.change_person(
                user=found,
                role=form.cleaned_data["role"],
                is_active=form.cleaned_data["account"] == "open",
                actor=request.user.as_actor(),
            )
        except (services.CannotChange, positions.NotAllowed) as error:
            form.add_error(None, str(error))
        else:
            return _after_change(request, changed)
    context = {
        "section": "people",
        "person": found,
        "form": form,
        "is_self": found == request.user,
        "teams": teams_of(found),
        "left_alone": set(resting_on(found).values_list("pk", flat=True)),
    }
    return render(request, "administration/person.html", context)


def _after_change(request: SignedIn, changed: User) -> HttpResponse:
    """Redirect to the list, or out of here for those who have just locked themselves out."""
    messages.success(request, _("Saved."))
    if changed == request.user and not changed.is_active:
        logout(request)
        return redirect("accounts:sign_in")
    if changed == request.user and not changed.is_administrator:
        return redirect("home")
    return redirect("administration:people")


@administrators_only
@require_POST
def password_link(request: SignedIn, pk: UUID) -> HttpResponse:
    """Create a new link with which this person chooses a password."""
    found = access.person_for(request.user, pk)
    try:
        return _to_link(request, found)
    except services.CannotChange as error:
        messages.error(request, str(error))
        return redirect("administration:person", pk=pk)


def _to_link(request: SignedIn, person: User) -> HttpResponse:
    """Redirect to the page that shows the link: reloading it creates no second one."""
    uid, token = services.issue_password_link(user=person, actor=request.user.as_actor())
    return shown_once.redirect_to_show(reverse("administration:shown_link", args=[person.pk]), f"{uid} {token}")


@administrators_only
@require_safe
def link(request: SignedIn, pk: UUID) -> HttpResponse:
    """The link that was just created, while it may be shown."""
    found = access.person_for(request.user, pk)
    parts = shown_once.shown(request).split()
    address = settings.BASE_URL + reverse("accounts:choose_password", args=parts) if len(parts) == 2 else ""
    context = {"section": "people", "person": found, "link": address, "minutes": shown_once.MINUTES}
    return render(request, "administration/password_link.html", context)
