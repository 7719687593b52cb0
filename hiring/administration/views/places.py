"""What the law allows where, read-only: the file changes with a release, after review by counsel."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hiring.accounts.requests import SignedIn
from hiring.administration import wording
from hiring.administration.guard import administrators_only
from hiring.networks import selectors as networks
from hiring.policy.rules import NOT_IN_THIS_VERSION, SUPPORTED_DUTIES, Place, Purpose
from hiring.policy.rules import places as all_places


def _purpose(place: Place, purpose: Purpose, rule: str) -> dict[str, object]:
    unsupported = not SUPPORTED_DUTIES.issuperset(place.needs)
    return {
        "rule": wording.rule_label(rule),
        "offered": place.allows(purpose) and purpose not in NOT_IN_THIS_VERSION,
        "not_in_this_version": rule == "consent" and purpose in NOT_IN_THIS_VERSION,
        "closed_by_duties": rule == "consent" and unsupported,
        "waits_for_administrator": rule == "off",
    }


def _row(place: Place) -> dict[str, object]:
    return {
        "place": place,
        "expression": _purpose(place, Purpose.EXPRESSION, place.expression),
        "voice": _purpose(place, Purpose.VOICE, place.voice),
        "duties": [(wording.duty_label(duty), duty in SUPPORTED_DUTIES) for duty in place.needs],
    }


@administrators_only
@require_safe
def places(request: SignedIn) -> HttpResponse:
    """Every place: what may be computed and stored, with the source and when it was last read."""
    rows = [_row(place) for place in all_places().values()]
    context = {"section": "retention", "tab": "places", "rows": rows, "expression_is_off": not networks.is_on()}
    return render(request, "administration/places.html", context)
