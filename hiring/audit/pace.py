"""How often a candidate may do what the audit log records: the log is never shortened, so no one may flood it.

A limit applies to one interview and one kind of action, within an hour. The events themselves are counted, so every
process agrees. Actions that undo something (withdrawing, deleting), submitting, and the parts of a running upload
have no limit: they are bounded by what was done before, and no one may be kept from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import ngettext

from hiring.audit.actions import Action
from hiring.audit.models import Event
from hiring.lib.refused import Refused

_WINDOW = timedelta(hours=1)
#: Far more than anyone needs, far fewer than a script can do.
MOST_AN_HOUR: Mapping[Action, int] = {
    Action.UPLOAD_STARTED: 40,
    Action.CONSENT_GIVEN: 30,
    Action.ACCOMMODATION_ASKED: 20,
    Action.INTERVIEW_EXPORTED: 10,
    Action.TRANSCRIPT_ATTACHED: 20,
    Action.TRANSCRIPT_CORRECTED: 400,
}


class TooOften(Refused):
    """This was done so often that it has to wait; `str(error)` is a sentence for the person. Nothing was changed."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        minutes = math.ceil(retry_after_s / 60)
        sentence = ngettext(
            "This was done very often in the last hour. Please try again in {minutes} minute. Nothing was changed.",
            "This was done very often in the last hour. Please try again in {minutes} minutes. Nothing was changed.",
            minutes,
        )
        super().__init__(sentence.format(minutes=minutes))


def require(*, kind: str, action: Action, interview_id: str) -> None:
    """Raise TooOften if a candidate has already done this as often as an hour allows."""
    most = MOST_AN_HOUR.get(action)
    if kind != Event.ActorKind.CANDIDATE or most is None:
        return
    now = timezone.now()
    lately = Event.objects.filter(interview_id=interview_id, actor_kind=kind, action=action, at__gt=now - _WINDOW)
    times = list(lately.order_by("-id").values_list("at", flat=True)[:most])
    if len(times) >= most:
        raise TooOften(max(1, math.ceil((times[-1] + _WINDOW - now).total_seconds())))
