"""What may be requested, computed and kept, given the places involved: the strictest rule of their union."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from analysis.types import Stage


class Purpose(StrEnum):
    """What a candidate is asked to agree to, one by one."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    EXPRESSION = "expression"
    EYES_HEAD = "eyes_head"
    VOICE = "voice"
    BROWSER = "browser"


#: Purposes that nothing in this version uses: there is nothing to consent to, and the form says so.
NOT_IN_THIS_VERSION = frozenset({Purpose.BROWSER})

#: Duties that this version fulfills: the notice and explanation are shown before consent is requested.
SUPPORTED_DUTIES = frozenset({"notice"})

#: The stages of analysis that a purpose enables.
STAGES_OF_PURPOSE: dict[Purpose, frozenset[Stage]] = {
    Purpose.RECORDING: frozenset(),
    Purpose.TRANSCRIPT: frozenset({Stage.TRANSCRIPT, Stage.SPEECH}),
    Purpose.EXPRESSION: frozenset({Stage.FACES, Stage.LIVENESS, Stage.EXPRESSION}),
    Purpose.EYES_HEAD: frozenset({Stage.FACES, Stage.LIVENESS, Stage.LANDMARKS}),
    Purpose.VOICE: frozenset({Stage.SPEECH, Stage.VOICE}),
    Purpose.BROWSER: frozenset(),
}
#: The first notice that informed candidates about a stage, if that is not the very first notice. Anyone who agreed to
#: a purpose under an older notice did not agree to the stage.
NOTICE_OF_STAGE = {
    Stage.LANDMARKS: "2026-12",
    **dict.fromkeys((Stage.LIVENESS, Stage.SPEECH, Stage.VOICE), "2027-01"),
}


@dataclass(frozen=True)
class Place:
    """One jurisdiction's rule, with its source and the day it was last read."""

    code: str
    name: str
    expression: str
    voice: str
    erase_within_days: int
    media_days_after_decision: int
    citation: str
    checked: date
    needs: tuple[str, ...] = ()

    def allows(self, purpose: Purpose) -> bool:
        """Whether this place allows asking for the purpose at all."""
        if purpose not in (Purpose.EXPRESSION, Purpose.VOICE):
            return True
        rule = self.expression if purpose is Purpose.EXPRESSION else self.voice
        return rule == "consent" and SUPPORTED_DUTIES.issuperset(self.needs)


@dataclass(frozen=True)
class Rule:
    """The union of places: a purpose is allowed if every place allows it; the shortest terms apply."""

    places: tuple[Place, ...]
    allowed: frozenset[Purpose]
    erase_within_days: int
    media_days_after_decision: int


@cache
def places() -> dict[str, Place]:
    """Every place by code, in file order."""
    with (Path(__file__).parent / "places.toml").open("rb") as file:
        rows = tomllib.load(file)
    return {code: Place(code=code, **{**row, "needs": tuple(row.get("needs", ()))}) for code, row in rows.items()}


def place_choices() -> list[tuple[str, str]]:
    """Codes and names, for forms."""
    return [(place.code, place.name) for place in places().values()]


def rule_for(codes: Iterable[str]) -> Rule:
    """Return the strictest rule of these places; an unknown code counts as unknown law."""
    known = places()
    chosen = tuple({code: known.get(code, known["unknown"]) for code in codes}.values()) or (known["unknown"],)
    allowed = frozenset(
        purpose
        for purpose in Purpose
        if purpose not in NOT_IN_THIS_VERSION and all(place.allows(purpose) for place in chosen)
    )
    return Rule(
        places=chosen,
        allowed=allowed,
        erase_within_days=min(place.erase_within_days for place in chosen),
        media_days_after_decision=min(place.media_days_after_decision for place in chosen),
    )


def stages_of(agreed: Mapping[Purpose, str]) -> frozenset[Stage]:
    """The stages that the purposes enable, each agreed to under a notice's version."""
    return frozenset(
        stage
        for purpose, notice in agreed.items()
        for stage in STAGES_OF_PURPOSE[purpose]
        if notice >= NOTICE_OF_STAGE.get(stage, "")
    )
