"""Wording for candidates: what each purpose means, and how far along an answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hiring.audit.actions import Action
from hiring.consent import selectors as consent
from hiring.networks import selectors as networks
from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview
from hiring.retention.selectors import keep_days_after_decision
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import network_is_off

PURPOSE_TITLES = {
    Purpose.RECORDING: gettext_lazy("Video and sound"),
    Purpose.TRANSCRIPT: gettext_lazy("Transcript"),
    Purpose.EXPRESSION: gettext_lazy("Facial expressions"),
    Purpose.EYES_HEAD: gettext_lazy("Eyes and head"),
    Purpose.VOICE: gettext_lazy("Voice"),
    Purpose.BROWSER: gettext_lazy("Browser activity"),
}
_PURPOSE_TEXTS = {
    Purpose.TRANSCRIPT: gettext_lazy(
        "Software transcribes what you say so that reviewers can find passages again. It makes mistakes. It also "
        "marks pauses, fillers, sections that could not be heard, passages that match the key points of a question, "
        "and words you use often."
    ),
    Purpose.EXPRESSION: gettext_lazy(
        "Marks moments when your facial expression differs noticeably from how you usually look in this recording, "
        "or when your face could not be seen. It cannot tell what you feel or whether something is true."
    ),
    Purpose.VOICE: gettext_lazy(
        "Charts the volume, pitch, pace, and steadiness of your speech, and marks passages where a different voice "
        "is heard. Voices are compared within one answer only, and no voiceprint is kept. It cannot tell what you "
        "feel or whether something is true."
    ),
    Purpose.EYES_HEAD: gettext_lazy(
        "Marks moments when your head, eyes, brows, eyelids, or lips move noticeably differently from how you "
        "usually move them in this recording, or when they could not be seen. It cannot tell what you think or why "
        "you looked somewhere."
    ),
}
_LOOKS: dict[str, Any] = {
    Action.VIEWED_INTERVIEW: gettext_lazy("opened your interview"),
    Action.VIEWED_RECORDING: gettext_lazy("opened an answer"),
    Action.VIEWED_TO_THE_END: gettext_lazy("watched or read an answer to the end"),
    Action.INVITATION_CREATED: gettext_lazy("made a personal link to your interview"),
    Action.INVITATION_REDEEMED: gettext_lazy("A newer link was opened in another browser"),
}


_OFF_NOW = gettext_lazy(
    "Expression analysis is switched off for everyone at the moment. No expressions are computed until it is "
    "switched on again. Moments when your face could not be seen are still marked."
)
_WAS_OFF = gettext_lazy(
    "When this answer was analyzed, expression analysis was switched off for everyone, so none was computed."
)
_OFF_SINCE = gettext_lazy(
    "The expressions here were computed by a model that has since been switched off. Reviewers see this note too."
)


@dataclass(frozen=True)
class Offer:
    """One purpose as offered on the form."""

    purpose: Purpose
    title: str
    text: str
    granted: bool


def _recording_text(interview: Interview) -> str:
    position = interview.position
    people = position.memberships.count()
    seen = ngettext("Seen by the one person on this team.", "Seen by the %(people)s people on this team.", people) % {
        "people": people
    }
    kept = _("Deleted %(days)s days after the decision, or %(without)s days after you submit if there is none.") % {
        "days": keep_days_after_decision(interview),
        "without": position.days_without_decision,
    }
    return f"{seen} {kept}"


def offers(interview: Interview, granted: frozenset[Purpose]) -> list[Offer]:
    """The purposes that the law and this version allow here, in their usual order."""
    allowed = rule_of(interview).allowed
    texts = {**_PURPOSE_TEXTS, Purpose.RECORDING: _recording_text(interview)}
    if not networks.is_on():
        texts[Purpose.EXPRESSION] = f"{texts[Purpose.EXPRESSION]} {_OFF_NOW}"
    return [
        Offer(purpose, str(PURPOSE_TITLES[purpose]), str(texts[purpose]), purpose in granted)
        for purpose in Purpose
        if purpose in allowed
    ]


def forbidden_titles(interview: Interview) -> list[str]:
    """Purposes that the law of a jurisdiction involved forbids, so that candidates are not asked for them."""
    closed = frozenset(Purpose) - NOT_IN_THIS_VERSION - rule_of(interview).allowed
    return [str(PURPOSE_TITLES[purpose]) for purpose in Purpose if purpose in closed]


def network_note(run: AnalysisRun | None) -> str:
    """What the candidate is told if the expression model was switched off, then or since; otherwise empty."""
    if run is None:
        return ""
    if run.expression_was_off and Purpose.EXPRESSION in consent.granted(run.recording.interview):
        return str(_WAS_OFF)
    return str(_OFF_SINCE) if network_is_off(run) else ""


def look_label(action: str) -> str:
    """What someone opened, for the list of views."""
    return str(_LOOKS.get(action, _("viewed your interview")))
