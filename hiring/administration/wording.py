"""How these screens name what the record, the certificates and the places file store as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiring.audit.actions import Action
from hiring.audit.models import ChainCheck

Fault = ChainCheck.Fault
_FAULTS = {
    Fault.BROKEN: _("Event {event} does not follow the one before it: something was changed, removed or reordered."),
    Fault.REPLACED: _("Event {event} is not the one whose hash was noted: the record was replaced."),
    Fault.SHORTER_THAN_NOTED: _("The record has {events} events, but {expected} were noted outside the database."),
    Fault.SHORTER_THAN_WRITTEN: _("The record ends after {events} events, but {expected} were written."),
}

#: Kinds of events to filter by: the prefix of an action's code, and its name.
GROUPS = [
    ("viewed.", _("Someone looked")),
    ("person.", _("People")),
    ("token.", _("API tokens")),
    ("position.", _("Positions")),
    ("team.", _("Teams")),
    ("interview.", _("Interviews")),
    ("invitation.", _("Personal links")),
    ("consent.", _("Consent")),
    ("accommodation.", _("Accommodations")),
    ("upload.", _("Uploads")),
    ("recording.", _("Recordings")),
    ("transcript.", _("Transcripts")),
    ("run.", _("Analysis")),
    ("follow_up.", _("Follow-up questions")),
    ("moment.", _("Answers to moments")),
    ("note.", _("Notes")),
    ("retention.", _("Retention")),
    ("network.", _("Models")),
    ("fairness.", _("Fairness audits")),
]
_WEIGHTS = {
    "pnet": _("Finds faces: the first of three steps"),
    "rnet": _("Finds faces: the second of three steps"),
    "onet": _("Finds faces: the last of three steps"),
    "face_landmarker": _("Finds points of the face: eyes, head, brows, lids and lips"),
    "liveness": _("Tells a live face from a picture of one"),
    "voices": _("Compares voices within one answer"),
    "sentiment": _("Tells how pleasant the words of a sentence are"),
}
_DUTIES = {
    "notice": _("Notice and explanation before consent"),
    "dpia": _("Data protection impact assessment"),
    "signed_waiver": _("Signed waiver"),
    "notice_ten_business_days": _("Notice ten business days before"),
    "bias_audit": _("Bias audit under a year old"),
}
_RULES = {"prohibited": _("Prohibited"), "off": _("Off"), "consent": _("With consent")}


def action_label(action: str) -> str:
    """What someone did, in words; a code without wording is shown as it is."""
    return str(Action(action).label) if action in Action.values else action


def weights_label(name: str) -> str:
    """What a weights file is for; an unknown one gets an empty label."""
    return str(_WEIGHTS.get(name, ""))


def duty_label(duty: str) -> str:
    return str(_DUTIES.get(duty, duty.replace("_", " ")))


def rule_label(rule: str) -> str:
    """The jurisdiction's rule for a purpose."""
    return str(_RULES.get(rule, rule))


def fault_sentence(check: ChainCheck) -> str:
    """What a check of the record found wrong; empty if it found nothing."""
    if not check.fault:
        return ""
    facts = {"event": check.fault_event, "events": check.events, "expected": check.expected_events}
    return str(_FAULTS[Fault(check.fault)]).format(**facts)
