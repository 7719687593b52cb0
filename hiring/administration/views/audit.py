"""Who did what and who saw what."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hiring import access
from hiring.accounts.models import User
from hiring.accounts.requests import SignedIn
from hiring.administration import wording
from hiring.administration.forms import AuditForm
from hiring.administration.guard import administrators_only, filters_of, stretch_of
from hiring.audit import checks
from hiring.audit import selectors as audit_selectors
from hiring.audit.models import Event

#: Details that are ids of what an author wrote: the record itself holds no text that anyone wrote.
_ASKED = ("question", "point")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _uuids(texts: Iterable[str]) -> set[UUID]:
    """Ids among these texts. Someone may have changed the record: the page that reports this must still open."""
    return {found for found in map(_uuid, texts) if found}


def _interview_id(user: User, typed: str) -> str | None:
    """The id behind a reference, or the id itself; None if there is no such interview, erased ones included."""
    if pk := _uuid(typed):
        return str(pk)
    found = access.governed_interviews(user).filter(reference__iexact=typed).first()
    if found is not None:
        return str(found.pk)
    erased = access.certificates(user).filter(interview_reference__iexact=typed).first()
    return str(erased.interview_id) if erased else None


def _references(user: User, ids: Iterable[str]) -> dict[str, str]:
    """References by interview id, including those of erased interviews."""
    wanted = _uuids(ids)
    here = access.governed_interviews(user).filter(pk__in=wanted).values_list("pk", "reference")
    erased = access.certificates(user).filter(interview_id__in=wanted)
    gone = erased.values_list("interview_id", "interview_reference")
    return {str(pk): reference for pk, reference in [*gone, *here]}


def _who(event: Event, names: dict[str, str], references: dict[str, str]) -> str:
    if event.actor_kind == Event.ActorKind.SYSTEM:
        return _("Sightline")
    if event.actor_kind == Event.ActorKind.CANDIDATE:
        reference = references.get(event.actor_id)
        return _("Candidate of %(reference)s") % {"reference": reference} if reference else _("A candidate")
    return names.get(event.actor_id, _("Someone who is no longer here"))


def _rows(user: User, events: Iterable[Event]) -> list[dict[str, object]]:
    """Events with today's names and references."""
    events = list(events)
    actors = {event.actor_id for event in events if event.actor_kind == Event.ActorKind.USER and event.actor_id}
    objects = {event.object_id for event in events if event.object_type == "user"}
    people = access.people(user).filter(pk__in=_uuids(actors | objects)).values_list("pk", "name")
    names = {str(pk): name for pk, name in people}
    candidates = {event.actor_id for event in events if event.actor_kind == Event.ActorKind.CANDIDATE}
    references = _references(user, candidates | {event.interview_id for event in events})
    asked = {str(event.details[name]) for event in events for name in _ASKED if name in event.details}
    texts = access.asked_texts(user, _uuids(asked))
    return [
        {
            "event": event,
            "who": _who(event, names, references),
            "action": wording.action_label(event.action),
            "about": names.get(event.object_id, "") if event.object_id != event.actor_id else "",
            "reference": references.get(event.interview_id, ""),
            "details": [(name, texts.get(str(value), value)) for name, value in event.details.items()],
        }
        for event in events
    ]


def _chosen(user: User, form: AuditForm) -> dict[str, str] | None:
    """The filters, or None if one of them was not understood; the form then says which."""
    if not form.is_valid():
        return None
    chosen = {"action": form.cleaned_data["action"], "actor_id": form.cleaned_data["person"]}
    typed = form.cleaned_data["interview"].strip()
    if typed:
        found = _interview_id(user, typed)
        if found is None:
            form.add_error("interview", _("There is no interview with this reference."))
            return None
        chosen["interview_id"] = found
    return chosen


@administrators_only
@require_safe
def audit_log(request: SignedIn) -> HttpResponse:
    """The record, newest first, filtered by what, who and which interview."""
    form = AuditForm(request.GET, people=access.people(request.user))
    chosen = _chosen(request.user, form)
    events = access.audit_events(request.user, **(chosen or {}))
    page = stretch_of(request, events if chosen is not None else events.none())
    context = {
        "section": "audit",
        "form": form,
        "page": page,
        "rows": _rows(request.user, page.rows),
        "query": filters_of(request),
    }
    return render(request, "administration/audit.html", context | _checked(request.user))


@administrators_only
@require_POST
def check(request: SignedIn) -> HttpResponse:
    """Have a worker check the record: only the new events, or all of them."""
    checks.start(actor=request.user.as_actor(), whole="whole" in request.POST)
    return redirect("administration:audit")


@administrators_only
@require_safe
def check_state(request: SignedIn) -> HttpResponse:
    """How far along the check is, polled by the page."""
    return render(request, "administration/_record_check.html", _checked(request.user))


def _checked(user: User) -> dict[str, object]:
    last = checks.latest()
    asked_by = _uuids([last.asked_by]) if last else set()
    return {
        "check": last,
        "asked_by": access.people(user).filter(pk__in=asked_by).values_list("name", flat=True).first(),
        "fault": wording.fault_sentence(last) if last else "",
        "in_all": audit_selectors.how_many(),
    }
