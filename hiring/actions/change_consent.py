"""Change what a candidate agrees to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from hiring.actions.delete_recording import delete_row
from hiring.actions.held import Leftovers, compute_again, locked
from hiring.consent import selectors
from hiring.consent import services as consent
from hiring.lib import deleted_rows
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Invitation


def change_consent(*, interview: Interview, granted: Iterable[Purpose], language: str, link: Invitation) -> None:
    """Change what the candidate agrees to. Anything based on a withdrawn purpose is deleted immediately.

    What is still agreed to is recomputed without it. Without consent to recording, no recording is kept.
    link: the link that opened the candidate's session. Raises consent.NotOffered or NotProven and changes nothing.
    """
    after, leftovers = frozenset(granted), Leftovers(interview)
    with transaction.atomic():
        recordings = locked(interview)
        before = selectors.granted(interview)
        consent.choose(interview=interview, granted=after, language=language, link=link)
        for recording in recordings:
            if Purpose.RECORDING not in after:
                delete_row(recording, leftovers)
            elif before != after:
                compute_again(recording, leftovers, keep_transcript=Purpose.TRANSCRIPT in after)
        deleted_rows.wipe_soon()
    leftovers.remove()
