"""How long a position's interviews are kept. Erasing them is done by hiring.actions.erase."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.services import Actor
from hiring.lib.refused import Refused
from hiring.positions.models import Position


class DaysRefused(Refused):
    """A retention period is outside the allowed range."""


@transaction.atomic
def set_days(*, position: Position, after_decision: int, without_decision: int, actor: Actor) -> None:
    """Set how long a position's interviews are kept. Raises DaysRefused."""
    for days in (after_decision, without_decision):
        if not 1 <= days <= 3650:
            raise DaysRefused(_("Please choose between 1 and 3650 days."))
    position.days_after_decision, position.days_without_decision = after_decision, without_decision
    position.save(update_fields=["days_after_decision", "days_without_decision"])
    audit.record(
        actor=actor,
        action=Action.RETENTION_CHANGED,
        obj=position,
        after_decision=after_decision,
        without_decision=without_decision,
    )
