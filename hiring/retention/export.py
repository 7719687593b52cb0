"""Everything that is kept about one candidate, as a ZIP that is made while it is sent."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from hiring.accounts.models import User
from hiring.audit import selectors as audit_selectors
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.models import Event
from hiring.consent import selectors as consent
from hiring.consent.notice import notice_bytes
from hiring.positions.models import Interview, Invitation
from hiring.recordings import vault
from hiring.recordings.models import Recording
from hiring.retention.readme import readme
from hiring.review.captions import webvtt
from hiring.review.models import Decision, Note, Verdict
from hiring.review.wording import kind_label, moment_rule, moment_sentence, regions_tell
from hiring.runs import points
from hiring.runs.models import AnalysisRun, Moment
from hiring.runs.selectors import complete_run, network_is_off

_PIECE = 256 * 1024
Entry = tuple[str, Iterable[bytes]]


def note(*, interview: Interview) -> None:
    """Write down that the candidate took a copy."""
    audit.record(actor=interview.as_actor(), action=Action.INTERVIEW_EXPORTED, obj=interview, interview=interview)


class _Sink:
    """Takes what zipfile writes and hands it on. Not seekable: zipfile then writes sizes behind each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zip_pieces(interview: Interview) -> Iterator[bytes]:
    """Yield the archive's bytes. At most one piece of one file is in memory."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, pieces in _entries(interview):
            about = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
            with archive.open(about, "w", force_zip64=True) as target:
                for piece in pieces:
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


def _entries(interview: Interview) -> Iterator[Entry]:
    kept = interview.recordings.filter(state=Recording.State.READY).select_related("question")
    folders = {recording: f"answer-{number}" for number, recording in enumerate(kept, start=1)}
    names = {recording.pk: folder for recording, folder in folders.items()}
    yield "README.txt", [readme(interview, folders.values()).encode()]
    yield _json("interview.json", _about(interview))
    yield _json("consent-receipts.json", _receipts(interview))
    for version, language in set(consent.receipts(interview).values_list("notice_version", "notice_language")):
        yield f"notice-{version}-{language}.md", [notice_bytes(language, version)]
    yield _json("who-looked.json", _looks(interview))
    yield _json("what-reviewers-wrote.json", _written(interview, names))
    if others := _other_files(interview):
        yield _json("other-files.json", others)
    if offered := _offered(interview, names):
        yield _json("follow-up-questions.json", offered)
    for recording, folder in folders.items():
        yield from _of_recording(folder, recording)


def _other_files(interview: Interview) -> list[dict[str, Any]]:
    """Files that are not among the answers: still coming in, still to be checked, or refused."""
    columns = ("state", "file_name", "size_bytes", "received_bytes", "received_at", "refusal")
    rows = interview.recordings.exclude(state=Recording.State.READY)
    return [{"question": row.pop("question__text"), **row} for row in rows.values("question__text", *columns)]


def _offered(interview: Interview, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Follow-up questions with the answer that led to each; and the point behind it, after handing in."""
    is_open = points.are_open_to_candidate(interview)
    return [
        {
            "at": offer.at,
            "after": names.get(offer.recording_id, "an answer that is not here"),
            "question": offer.question.text,
            **({"point": offer.question.follows.text} if is_open and offer.question.follows else {}),
        }
        for offer in interview.follow_ups.select_related("question__follows")
    ]


def _json(name: str, value: Any) -> Entry:
    return name, [json.dumps(value, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False).encode()]


def _about(interview: Interview) -> dict[str, Any]:
    columns = (
        *("reference", "candidate_name", "candidate_email", "candidate_place", "language", "accommodation"),
        *("state", "created_at", "submitted_at", "decided_at"),
    )
    position = interview.position
    return {"position": position.title, **{name: getattr(interview, name) for name in columns}}


def _receipts(interview: Interview) -> list[dict[str, Any]]:
    columns = ("receipt", "at", "purpose", "granted", "notice_version", "notice_language", "notice_sha256")
    rows = consent.receipts(interview).select_related("link__made_by")
    return [{**{name: getattr(row, name) for name in columns}, "given_through": _link(row.link)} for row in rows]


def _link(link: Invitation | None) -> dict[str, Any] | None:
    """The personal link that a receipt was given through: when it was made and opened, and by whom it was made."""
    if link is None:
        return None
    return {
        "made_at": link.created_at,
        "made_by": link.made_by.name if link.made_by else "this installation" if link.by_installation else "unknown",
        "opened_at": link.redeemed_at,
    }


def _looks(interview: Interview) -> list[dict[str, Any]]:
    """Who looked, as the candidate's page says it: with their name, or their role where there is none."""
    events = list(audit_selectors.looks_and_links(str(interview.pk)))
    names = {str(user.pk): user.name for user in User.objects.filter(pk__in={event.actor_id for event in events})}
    roles: dict[str, str] = {
        Event.ActorKind.CANDIDATE: "somebody with a newer personal link",
        Event.ActorKind.SYSTEM: "the system",
    }
    return [
        {
            "at": event.at,
            "action": event.action,
            "who": roles.get(event.actor_kind) or names.get(event.actor_id, "a reviewer who is no longer here"),
        }
        for event in events
    ]


def _written(interview: Interview, names: Mapping[UUID, str]) -> dict[str, Any]:
    """Notes, answers to moments and the decision: they are about the candidate. Who wrote them stays out."""
    notes = Note.objects.filter(interview=interview)
    verdicts = Verdict.objects.filter(interview=interview)
    return {
        "notes": [
            {"answer": names.get(recording, ""), "at_ms": at_ms, "text": text, "at": at}
            for recording, at_ms, text, at in notes.values_list("recording", "at_ms", "text", "created_at")
        ],
        "answers_to_moments": list(verdicts.values("moment__kind", "moment__start_ms", "answer", "reason", "at")),
        "decision": Decision.objects.filter(interview=interview).values("outcome", "reason", "at").first(),
    }


def _of_recording(folder: str, recording: Recording) -> Iterator[Entry]:
    columns = ("file_name", "size_bytes", "received_at", "sha256", "duration_ms", "width", "height", "fps")
    about = {name: getattr(recording, name) for name in columns}
    yield _json(f"{folder}/recording.json", {"question": recording.question.text, **about})
    suffix = re.sub(r"[^a-z0-9]", "", recording.file_name.rpartition(".")[2].lower())[:5] or "video"
    yield f"{folder}/original.{suffix}", _plain(recording, recording.original_file)
    if recording.transcript_file:
        own = recording.transcript_file.rpartition(".")[2]
        yield f"{folder}/own-transcript.{own}", _plain(recording, recording.transcript_file)
    corrections = recording.corrections.values("start_ms", "text", "at")
    if corrections:
        yield _json(f"{folder}/corrections.json", list(corrections))
    run = complete_run(recording)
    if run is not None:
        yield from _of_run(folder, recording, run)


def _of_run(folder: str, recording: Recording, run: AnalysisRun) -> Iterator[Entry]:
    words = run.words.all()
    yield f"{folder}/transcript.vtt", [webvtt(words).encode()]
    yield _json(f"{folder}/transcript.json", list(words.values("start_ms", "end_ms", "text", "confidence", "mark")))
    columns = ("first_word", "after_word", "start_ms", "end_ms", "sentiment", "confidence", "hedges")
    yield _json(f"{folder}/sentences.json", list(run.sentences.values(*columns)))
    if points.are_open_to_candidate(recording.interview) and (found := points.of(recording)):
        yield _json(f"{folder}/points-of-the-question.json", found)
    moments = list(run.moments.select_related("explanation"))
    pictures = {moment.pk: f"explanation-{number}.png" for number, moment in enumerate(moments, start=1)}
    yield _json(f"{folder}/moments.json", [_moment(moment, pictures[moment.pk]) for moment in moments])
    for moment in moments:
        if hasattr(moment, "explanation") and moment.explanation.picture_file:
            yield f"{folder}/{pictures[moment.pk]}", _plain(recording, moment.explanation.picture_file)
    facts = (
        *("plan", "finished_at", "frames", "frames_with_face", "baseline", "manifest"),
        *("transcript_source", "topics"),
    )
    segments = list(run.segments.values("lane", "value", "start_ms", "end_ms", "mean_prob"))
    switched = {"network_switched_off_since": network_is_off(run), "expression_was_off": run.expression_was_off}
    about = {**{fact: getattr(run, fact) for fact in facts}, **switched, "segments": segments}
    yield _json(f"{folder}/analysis.json", about)
    if run.observations_file:
        yield f"{folder}/observations.parquet", _plain(recording, run.observations_file)
    if run.sound_file:
        yield f"{folder}/sound.parquet", _plain(recording, run.sound_file)


def _moment(moment: Moment, picture: str) -> dict[str, Any]:
    columns = ("start_ms", "end_ms", "peak_ms", "evidence", "confidence", "quality")
    return {
        "kind": kind_label(moment.kind),
        "sentence": moment_sentence(moment),
        "rule": moment_rule(moment),
        **{name: getattr(moment, name) for name in columns},
        "explanation": _explanation(moment, picture),
    }


def _explanation(moment: Moment, picture: str) -> dict[str, Any] | None:
    """Where the network looked; `picture` is the name of the file beside moments.json."""
    found = getattr(moment, "explanation", None)
    if found is None:
        return None
    about = {name: getattr(found, name) for name in ("at_ms", "expression", "regions")}
    return {**about, "picture": picture if found.picture_file else "", "tells": regions_tell(found.expression)}


def _plain(recording: Recording, name: str) -> Iterator[bytes]:
    with vault.open_file(recording.interview_id, name) as file:
        while piece := file.read(_PIECE):
            yield piece
