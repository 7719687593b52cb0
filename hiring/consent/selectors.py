"""Read the consents that are in force."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from hiring.consent.models import ConsentReceipt
from hiring.policy.rules import Purpose, Rule
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview, Position


def in_force(interview: Interview) -> dict[Purpose, ConsentReceipt]:
    """The newest answer to each purpose that was ever offered."""
    newest: dict[Purpose, ConsentReceipt] = {}
    for row in ConsentReceipt.objects.filter(interview=interview).order_by("id"):
        newest[Purpose(row.purpose)] = row
    return newest


def agreed_under(position: Position, rules: Mapping[str, Rule]) -> dict[UUID, dict[Purpose, str]]:
    """What `agreed` returns for each interview of a position, in one query, by the rule of each candidate's place."""
    columns = ("interview_id", "interview__candidate_place", "purpose", "granted", "notice_version")
    rows = ConsentReceipt.objects.filter(interview__position=position).order_by("id").values_list(*columns)
    found: dict[UUID, dict[Purpose, str]] = {}
    for interview_id, place, name, is_granted, notice in rows.iterator():
        purpose, answers = Purpose(name), found.setdefault(interview_id, {})
        answers.pop(purpose, None)
        if is_granted and purpose in rules[place].allowed:
            answers[purpose] = notice
    return found


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
