"""The person, what they agreed to, and their links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from hiring.accounts.models import User
from hiring.audit import selectors as audit_selectors
from hiring.audit.models import Event
from hiring.consent import selectors as consent
from hiring.consent.models import ConsentReceipt
from hiring.consent.notice import notice_bytes
from hiring.positions.models import Invitation
from hiring.retention.holdings.base import Copied, Copy, Entry, Holding, Table, as_json


class Agreements(Holding):
    label = _("your name and address, your choices, and your link")
    tables = (
        Table("consent_receipts", _("Consent receipts"), ConsentReceipt, "interview"),
        Table("links", _("Personal links"), Invitation, "interview"),
    )
    of_interview = (
        Copied("interview.json", _("your name, address and place, and how far the interview is")),
        Copied("consent-receipts.json", _("what you agreed to, when, to which notice, and through which link")),
        Copied("notice-….md", _("the notice that you read")),
        Copied("who-looked.json", _("who opened your interview or made a link to it, and when")),
    )

    def copy_of_interview(self, copy: Copy) -> Iterator[Entry]:
        receipts = consent.receipts(copy.interview)
        yield as_json("interview.json", _about(copy))
        yield as_json("consent-receipts.json", [_receipt(row) for row in receipts.select_related("link__made_by")])
        for version, language in set(receipts.values_list("notice_version", "notice_language")):
            yield f"notice-{version}-{language}.md", [notice_bytes(language, version)]
        yield as_json("who-looked.json", _looks(copy))


def _about(copy: Copy) -> dict[str, Any]:
    columns = (
        *("reference", "candidate_name", "candidate_email", "candidate_place", "language", "accommodation"),
        *("state", "created_at", "submitted_at", "decided_at"),
    )
    position = copy.interview.position
    return {"position": position.title, **{name: getattr(copy.interview, name) for name in columns}}


def _receipt(row: ConsentReceipt) -> dict[str, Any]:
    columns = ("receipt", "at", "purpose", "granted", "notice_version", "notice_language", "notice_sha256")
    return {**{name: getattr(row, name) for name in columns}, "given_through": _link(row.link)}


def _link(link: Invitation | None) -> dict[str, Any] | None:
    """The personal link used to give a receipt: when it was created and opened, and who created it."""
    if link is None:
        return None
    return {
        "made_at": link.created_at,
        "made_by": link.made_by.name if link.made_by else "this installation" if link.by_installation else "unknown",
        "opened_at": link.redeemed_at,
    }


def _looks(copy: Copy) -> list[dict[str, Any]]:
    """Who viewed the interview, as on the candidate's page: by name, or by role if there is no name."""
    events = list(audit_selectors.looks_and_links(str(copy.interview.pk)))
    names = {str(user.pk): user.name for user in User.objects.filter(pk__in={event.actor_id for event in events})}
    roles: dict[str, str] = {
        Event.ActorKind.CANDIDATE: "someone with a newer personal link",
        Event.ActorKind.SYSTEM: "the system",
    }
    return [
        {
            "at": event.at,
            "action": event.action,
            "who": roles.get(event.actor_kind) or names.get(event.actor_id, "a reviewer who is no longer here"),
        }
        for event in events
    ]
