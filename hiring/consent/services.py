"""Recording what a candidate chose. Withdrawal, which also deletes, lives in hiring.retention."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.consent.models import ConsentReceipt
from hiring.consent.notice import notice
from hiring.policy.rules import Purpose
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview


class NotOffered(Exception):
    """A purpose was chosen that the law or this version does not allow here."""


@transaction.atomic
def choose(*, interview: Interview, granted: Iterable[Purpose], language: str) -> uuid.UUID:
    """Write one receipt: yes for the purposes given, no for every other that was offered.

    Returns the receipt's id. Raises NotOffered, and writes nothing, where one of them was not on offer.
    """
    chosen, allowed = frozenset(granted), rule_of(interview).allowed
    if chosen - allowed:
        raise NotOffered(_("One of these choices is not offered for this interview. Please reload the page."))
    text = notice(language)
    receipt = uuid.uuid4()
    ConsentReceipt.objects.bulk_create(
        ConsentReceipt(
            receipt=receipt,
            interview=interview,
            purpose=purpose.value,
            granted=purpose in chosen,
            notice_version=text.version,
            notice_language=text.language,
            notice_sha256=text.sha256,
        )
        for purpose in Purpose
        if purpose in allowed
    )
    # Not which purposes: the record is open to administrators, and nobody shall see who chose no analysis.
    audit.record(actor=interview.as_actor(), action="consent.given", obj=interview, interview=interview)
    return receipt
