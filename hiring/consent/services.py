"""Record what a candidate chose. Withdrawal, which also deletes data, is done by hiring.actions.change_consent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.consent import selectors
from hiring.consent.models import ConsentReceipt
from hiring.consent.notice import notice
from hiring.lib.refused import Refused
from hiring.policy.rules import Purpose
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview, Invitation


class NotOffered(Refused):
    """A purpose was chosen that the law or this version does not allow here."""


class NotProven(Refused):
    """Someone agreed to more through a link that may not be the candidate's; `str(error)` is one sentence."""


@transaction.atomic
def choose(*, interview: Interview, granted: Iterable[Purpose], language: str, link: Invitation) -> uuid.UUID:
    """Write one receipt: yes for the given purposes, no for every other one that was offered.

    link: the link that opened the current session. Returns the receipt's id. Raises NotOffered if one of the purposes
    was not offered, NotProven if more is agreed to than before through a link that does not prove who is using it,
    TooOften if someone agrees very often; in these cases nothing is written. Withdrawing is always possible.
    """
    chosen, allowed = frozenset(granted), rule_of(interview).allowed
    before = selectors.granted(interview)
    if chosen - allowed:
        raise NotOffered(_("One of these choices is not offered for this interview. Please reload the page."))
    if link.interview_id != interview.pk or (not link.proven and chosen - before):
        raise NotProven(_("Only the browser in which you first opened this interview can agree to more."))
    text = notice(language)
    receipt = uuid.uuid4()
    ConsentReceipt.objects.bulk_create(
        ConsentReceipt(
            receipt=receipt,
            interview=interview,
            link=link,
            purpose=purpose.value,
            granted=purpose in chosen,
            notice_version=text.version,
            notice_language=text.language,
            notice_sha256=text.sha256,
        )
        for purpose in Purpose
        if purpose in allowed
    )
    # Omits the purposes: administrators can read the record, and no one should see who declined analysis.
    audit.record(
        actor=interview.as_actor(),
        action=Action.CONSENT_GIVEN,
        obj=interview,
        interview=interview,
        always=chosen < before,
    )
    return receipt
