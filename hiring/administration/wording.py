"""How these screens name what the record, the certificates and the places file hold as codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiring.audit.models import ChainCheck

Fault = ChainCheck.Fault
_FAULTS = {
    Fault.BROKEN: _("Event {event} does not follow the one before it: something was changed, removed or reordered."),
    Fault.REPLACED: _("Event {event} is not the one whose hash was noted: the record was replaced."),
    Fault.SHORTER_THAN_NOTED: _("The record has {events} events, but {expected} were noted outside the database."),
    Fault.SHORTER_THAN_WRITTEN: _("The record ends after {events} events, but {expected} were written."),
}

#: Kinds of event to filter by: the beginning of an action's code, and its name.
GROUPS = [
    ("viewed.", _("Somebody looked")),
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
    ("network.", _("Networks")),
    ("fairness.", _("Fairness audits")),
]
_ACTIONS = {
    "viewed.recording": _("Opened a recording"),
    "viewed.interview": _("Opened an interview"),
    "viewed.to_the_end": _("Watched or read a recording to the end"),
    "person.added": _("Added a person"),
    "person.changed": _("Changed a person's role or access"),
    "person.password_link": _("Made a password link"),
    "person.password_chosen": _("Chose a password"),
    "person.signed_in": _("Signed in"),
    "token.issued": _("Made an API token"),
    "token.revoked": _("Revoked an API token"),
    "position.created": _("Opened a position"),
    "position.changed": _("Changed a position"),
    "position.questions": _("Changed a position's questions"),
    "position.rubric": _("Changed what answers should touch"),
    "follow_up.offered": _("Offered a follow-up question"),
    "team.added": _("Put somebody on a team"),
    "team.removed": _("Took somebody off a team"),
    "interview.invited": _("Invited a candidate"),
    "interview.submitted": _("Handed in the answers"),
    "interview.decided": _("Wrote down a decision"),
    "interview.exported": _("Downloaded everything"),
    "interview.erased": _("Erased an interview"),
    "invitation.created": _("Made a personal link"),
    "invitation.revoked": _("Revoked a personal link"),
    "invitation.redeemed": _("Opened the personal link"),
    "consent.given": _("Answered the consent questions"),
    "accommodation.asked": _("Asked for an accommodation"),
    "upload.started": _("Started an upload"),
    "upload.given_up": _("Gave up an upload"),
    "recording.received": _("Finished an upload"),
    "recording.ready": _("Checked and encrypted a recording"),
    "recording.refused": _("Refused a file"),
    "recording.deleted": _("Deleted a recording"),
    "transcript.attached": _("Added a transcript"),
    "transcript.corrected": _("Corrected a line of the transcript"),
    "transcript.correction_withdrawn": _("Withdrew a correction of the transcript"),
    "run.queued": _("Queued an analysis"),
    "run.retried": _("Started an analysis again"),
    "run.complete": _("Finished an analysis"),
    "run.failed": _("An analysis failed"),
    "run.quarantined": _("Set an analysis aside"),
    "moment.confirmed": _("Confirmed a moment"),
    "moment.dismissed": _("Dismissed a moment"),
    "moment.undone": _("Took an answer to a moment back"),
    "note.added": _("Added a note"),
    "note.deleted": _("Deleted a note"),
    "retention.changed": _("Changed how long a position is kept"),
    "network.registered": _("A worker brought a new network"),
    "network.switched_off": _("Switched a network off"),
    "network.switched_on": _("Switched a network on"),
    "fairness.started": _("Started a fairness audit"),
    "fairness.images_added": _("Uploaded images for a fairness audit"),
    "fairness.images_deleted": _("Deleted uploaded images of a fairness audit"),
    "fairness.complete": _("Finished a fairness audit"),
    "fairness.failed": _("A fairness audit failed"),
}
_CONTENTS = {
    "recordings": _("recordings with their encrypted media"),
    "files": _("encrypted files"),
    "runs": _("analysis runs"),
    "segments": _("timeline segments"),
    "savepoints": _("saved states of unfinished analyses"),
    "words": _("words of the transcript"),
    "sentences": _("sentences of the transcript"),
    "corrections": _("the candidate's corrections"),
    "point_lookups": _("points looked for in the transcript"),
    "follow_ups": _("follow-up questions that were offered"),
    "moments": _("moments"),
    "explanations": _("pictures of the face beside moments"),
    "verdicts": _("reviewers' answers to moments"),
    "notes": _("reviewers' notes"),
    "watched": _("marks that a reviewer watched an answer"),
    "decisions": _("decision"),
    "consent_receipts": _("consent receipts"),
    "links": _("personal links"),
}
_WEIGHTS = {
    "pnet": _("Finds faces: the first of three steps"),
    "rnet": _("Finds faces: the second of three steps"),
    "onet": _("Finds faces: the last of three steps"),
    "face_landmarker": _("Finds points of the face: eyes, head, brows, lids and lips"),
    "liveness": _("Tells a face from a picture of one"),
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
    """What somebody did, in words; a code without any is shown as it is."""
    return str(_ACTIONS.get(action, action))


def contents(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was, or will be, erased: names and counts, without those of which there is none."""
    return [(str(_CONTENTS.get(name, name)), count) for name, count in counts.items() if count]


def weights_label(name: str) -> str:
    """What a file of weights is for; one that is not known here has none."""
    return str(_WEIGHTS.get(name, ""))


def duty_label(duty: str) -> str:
    return str(_DUTIES.get(duty, duty.replace("_", " ")))


def rule_label(rule: str) -> str:
    """What a place says about a purpose."""
    return str(_RULES.get(rule, rule))


def fault_sentence(check: ChainCheck) -> str:
    """What a check of the record found wrong; empty where it found nothing."""
    if not check.fault:
        return ""
    facts = {"event": check.fault_event, "events": check.events, "expected": check.expected_events}
    return str(_FAULTS[Fault(check.fault)]).format(**facts)
