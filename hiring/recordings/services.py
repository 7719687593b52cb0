"""What happens to a recording once its bytes have arrived. Uploading is done by hiring.recordings.uploads."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.types import VideoInfo
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib.refused import Refused
from hiring.positions.models import Interview
from hiring.positions.selectors import asked_of_all
from hiring.recordings.models import Recording, Waveform


class NotComplete(Refused):
    """The answers cannot be submitted yet; `str(error)` is a sentence for the candidate."""


@dataclass(frozen=True)
class Kept:
    """What a worker produced from an upload: names in the vault, hash, waveform."""

    original_file: str
    sha256: str
    info: VideoInfo
    playable_file: str = ""
    poster_file: str = ""
    waveform: bytes = b""


@transaction.atomic
def mark_ready(*, recording: Recording, kept: Kept) -> bool:
    """Record that the recording is checked, encrypted and playable. Returns False if it is gone in the meantime."""
    info = kept.info
    done = Recording.objects.filter(pk=recording.pk, state=Recording.State.RECEIVED).update(
        state=Recording.State.READY,
        original_file=kept.original_file,
        playable_file=kept.playable_file,
        poster_file=kept.poster_file,
        sha256=kept.sha256,
        container=info.container,
        video_codec=info.video_codec,
        audio_codec=info.audio_codec or "",
        width=info.width,
        height=info.height,
        fps=info.fps,
        duration_ms=info.duration_ms,
    )
    if done:
        if kept.waveform:
            Waveform.objects.create(recording=recording, peaks=kept.waveform)
        audit.record(
            actor=audit.SYSTEM, action=Action.RECORDING_READY, obj=recording, interview=recording.interview_id
        )
    return bool(done)


@transaction.atomic
def refuse(*, recording: Recording, code: str, sentence: str) -> None:
    """Record that this file cannot be used, and why. The candidate can upload another."""
    done = Recording.objects.filter(pk=recording.pk, state=Recording.State.RECEIVED).update(
        state=Recording.State.REFUSED, refusal_code=code, refusal=sentence[:300]
    )
    if done:
        audit.record(
            actor=audit.SYSTEM,
            action=Action.RECORDING_REFUSED,
            obj=recording,
            interview=recording.interview_id,
            code=code,
        )


@transaction.atomic
def attach_transcript(*, recording: Recording, transcript_file: str, actor: audit.Actor) -> None:
    """Record an uploaded transcript that is in the vault; the next run uses it."""
    Recording.objects.filter(pk=recording.pk).update(transcript_file=transcript_file)
    recording.transcript_file = transcript_file
    audit.record(actor=actor, action=Action.TRANSCRIPT_ATTACHED, obj=recording, interview=recording.interview_id)


def note_length(*, recording: Recording, duration_ms: int, missing_ms: int) -> None:
    """Save the duration according to the frames, and how much of the container's stated duration is missing."""
    Recording.objects.filter(pk=recording.pk).update(duration_ms=duration_ms, missing_ms=missing_ms)


@transaction.atomic
def submit(*, interview: Interview) -> None:
    """Submit the answers. Submitting twice has the same effect as once.

    Raises NotComplete while a question has no video that was uploaded completely.
    """
    locked = Interview.objects.select_for_update().get(pk=interview.pk)
    if locked.state == Interview.State.SUBMITTED:
        return
    if locked.state != Interview.State.OPENED:
        raise NotComplete(_("These answers can no longer be submitted."))
    here = [Recording.State.RECEIVED, Recording.State.READY]
    answered = interview.recordings.filter(state__in=here).values("question")
    if asked_of_all(locked.position).exclude(pk__in=answered).exists():
        raise NotComplete(_("Not every question has a video yet. Please add the missing ones first."))
    locked.state, locked.submitted_at = Interview.State.SUBMITTED, timezone.now()
    locked.save(update_fields=["state", "submitted_at"])
    audit.record(actor=locked.as_actor(), action=Action.INTERVIEW_SUBMITTED, obj=locked, interview=locked)
