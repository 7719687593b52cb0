"""Use a candidate's own transcript instead of speech recognition."""

from __future__ import annotations

import io

from django.db import transaction
from django.utils.translation import gettext as _

from analysis.types import Stage
from hiring.audit import pace
from hiring.audit.actions import Action
from hiring.lib.refused import Refused
from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.recordings import vault
from hiring.recordings.models import Recording
from hiring.runs import services as runs

TYPES = ("vtt", "srt", "json")
MOST_BYTES = 2 * 1024 * 1024


class TranscriptRefused(Refused):
    """A transcript cannot be used."""


def add_transcript(*, recording: Recording, content: bytes, file_name: str) -> None:
    """Store the candidate's own transcript and analyze the recording again with it, without speech recognition.

    Only before submitting, so that nothing a reviewer has seen changes. Raises TranscriptRefused or TooOften, and
    changes nothing.
    A worker reads the text; if it cannot, it runs speech recognition after all, and the transcript says so.
    """
    suffix = file_name.rpartition(".")[2].lower()
    if suffix not in TYPES or not 0 < len(content) <= MOST_BYTES:
        raise wrong_file()
    with transaction.atomic():
        interview = Interview.objects.select_for_update().get(pk=recording.interview_id)
        arrived = Recording.objects.select_for_update().filter(
            pk=recording.pk, state__in=[Recording.State.RECEIVED, Recording.State.READY]
        )
        locked = arrived.first()
        opened = interview.state == Interview.State.OPENED and Stage.TRANSCRIPT in runs.plan_for(interview)
        if locked is None or not opened:
            raise TranscriptRefused(_("You can add a transcript before you submit if the transcript is switched on."))
        # Before the file is written, because no transaction rolls that back.
        actor = interview.as_actor()
        pace.require(kind=actor.kind, action=Action.TRANSCRIPT_ATTACHED, interview_id=str(interview.pk))
        unused = [locked.transcript_file, *runs.discard_results(recording=locked)]
        name = vault.store(interview.pk, io.BytesIO(content), suffix)
        recordings.attach_transcript(recording=locked, transcript_file=name, actor=actor)
        runs.queue(recording=locked)
    for old in filter(None, unused):
        vault.delete(interview.pk, old)


def wrong_file() -> TranscriptRefused:
    return TranscriptRefused(_("Please choose a WebVTT, SRT or JSON file of at most 2 MB."))
