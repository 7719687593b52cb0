"""What is in force."""

from __future__ import annotations

from django.db.models import QuerySet

from hiring.consent.models import ConsentReceipt
from hiring.policy.rules import Purpose
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview


def in_force(interview: Interview) -> dict[Purpose, ConsentReceipt]:
    """The newest answer to each purpose that was ever asked."""
    newest: dict[Purpose, ConsentReceipt] = {}
    for row in ConsentReceipt.objects.filter(interview=interview).order_by("id"):
        newest[Purpose(row.purpose)] = row
    return newest


def agreed(interview: Interview) -> dict[Purpose, str]:
    """Purposes that the candidate agreed to and that the places involved still allow, with the notice's version."""
    allowed = rule_of(interview).allowed
    return {
        purpose: row.notice_version
        for purpose, row in in_force(interview).items()
        if row.granted and purpose in allowed
    }


def granted(interview: Interview) -> frozenset[Purpose]:
    """Purposes that the candidate agreed to and that the places involved still allow."""
    return frozenset(agreed(interview))


def receipts(interview: Interview) -> QuerySet[ConsentReceipt]:
    """Every receipt row, newest first."""
    return ConsentReceipt.objects.filter(interview=interview)
