"""Positions: list, details, create, change."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.actions.change_places import revise_position
from hiring.networks import selectors as networks
from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose, Rule, rule_for
from hiring.positions import services
from hiring.positions.models import Invitation, Position
from hiring.positions.selectors import asked_of_all, interviews_by_state
from hiring.recruiter.forms import InviteForm, PlacesForm, PositionForm, TeamForm
from hiring.retention.selectors import tell_erasures

_PAGE = 25
_PURPOSES = {
    Purpose.RECORDING: gettext_lazy("the recording itself"),
    Purpose.TRANSCRIPT: gettext_lazy("a transcript"),
    Purpose.EXPRESSION: gettext_lazy("the analysis of expressions"),
    Purpose.EYES_HEAD: gettext_lazy("eyes and head"),
    Purpose.VOICE: gettext_lazy("the sound of the voice"),
}


def rule_facts(rule: Rule) -> dict[str, object]:
    """A rule in plain words: what candidates are asked for, what is left out, and where that comes from."""
    offered = [_PURPOSES[purpose] for purpose in _PURPOSES if purpose in rule.allowed]
    left_out = [_PURPOSES[purpose] for purpose in _PURPOSES if purpose not in rule.allowed | NOT_IN_THIS_VERSION]
    return {
        "offered": offered,
        "left_out": left_out,
        "switched_off": Purpose.EXPRESSION in rule.allowed and not networks.is_on(),
        "places": rule.places,
        "erase_within_days": rule.erase_within_days,
        "media_days_after_decision": rule.media_days_after_decision,
    }


@require_safe
@login_required
def positions(request: SignedIn) -> HttpResponse:
    rows = access.positions(request.user).order_by("-is_open", "-created_at")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    counts = interviews_by_state(page)
    rows_of_page = [(position, counts[position.pk]) for position in page]
    return render(request, "recruiter/positions.html", {"section": "positions", "page": page, "rows": rows_of_page})


@require_safe
@login_required
def rule(request: SignedIn) -> HttpResponse:
    """What two places together allow, as a fragment next to the form."""
    access.recruiter(request.user)
    form = PlacesForm(request.GET)
    codes: Iterable[str] = form.cleaned_data.values() if form.is_valid() else ["unknown"]
    return render(request, "recruiter/_rule.html", {"rule": rule_facts(rule_for(codes))})


def _form_page(request: SignedIn, form: PositionForm, position: Position | None = None) -> HttpResponse:
    codes = [form["employer_place"].value() or "unknown", form["job_place"].value() or "unknown"]
    page = {"section": "positions", "form": form, "position": position, "rule": rule_facts(rule_for(codes))}
    return render(request, "recruiter/position_form.html", page, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def create(request: SignedIn) -> HttpResponse:
    person = access.recruiter(request.user)
    if request.method == "GET":
        return _form_page(request, PositionForm(initial={"employer_place": "unknown", "job_place": "unknown"}))
    form = PositionForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    position = services.create_position(creator=person, **form.cleaned_data)
    messages.success(request, _("The position is open. You are the first of its team."))
    return redirect("recruiter:position", pk=position.pk)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: SignedIn, pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    if request.method == "GET":
        return _form_page(request, PositionForm.of(position), position)
    form = PositionForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, position)
    try:
        revise_position(position=position, actor=request.user.as_actor(), **form.cleaned_data)
    except services.NotAllowed as error:
        form.add_error("questions", str(error))
        return _form_page(request, form, position)
    messages.success(request, _("The position is changed."))
    return redirect("recruiter:position", pk=pk)


@require_POST
@login_required
def set_open(request: SignedIn, pk: UUID) -> HttpResponse:
    """Open a position, or close it: then no one new can be invited."""
    position = access.position_for(request.user, pk)
    opened = request.POST.get("open") == "yes"
    services.change_position(position=position, actor=request.user.as_actor(), is_open=opened)
    messages.success(request, _("The position is open.") if opened else _("The position is closed."))
    return redirect("recruiter:position", pk=pk)


@require_safe
@login_required
def position(request: SignedIn, pk: UUID) -> HttpResponse:
    return position_page(request, access.position_for(request.user, pk))


def position_page(request: SignedIn, position: Position, status: int = 200, **more: object) -> HttpResponse:
    """The page of one position; other screens also respond with it, with their form's errors in place."""
    rows = access.listed_interviews(request.user).filter(position=position).order_by("-created_at")
    links = Prefetch("invitations", Invitation.objects.order_by("-created_at"))
    shown = Paginator(rows.prefetch_related(links), _PAGE).get_page(request.GET.get("page"))
    tell_erasures(shown)
    page = {
        "section": "positions",
        "position": position,
        "questions": asked_of_all(position).prefetch_related("points__follow_up"),
        "team": position.memberships.select_related("user").order_by("added_at"),
        "rule": rule_facts(rule_for([position.employer_place, position.job_place])),
        "page": shown,
        "team_form": TeamForm(prefix="team"),
        "invite_form": InviteForm(prefix="invite", initial={"place": position.job_place, "language": "en"}),
        **more,
    }
    return render(request, "recruiter/position.html", page, status=status)
