"""What the candidate sent: the videos, with what is charted from them, and files that are not part of the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from hiring.recordings.models import Recording, Waveform
from hiring.retention.holdings.base import Copied, Copy, Entry, Holding, Table, as_json, decrypted
from hiring.runs.models import AnalysisRun


class Recordings(Holding):
    label = _(
        "your videos and every copy of them: the key that opens them is destroyed, so backups cannot be read either"
    )
    tables = (
        Table("recordings", _("Videos"), Recording, "interview"),
        Table("waveforms", _("Waveforms of the sound"), Waveform, "recording__interview"),
    )
    of_interview = (
        Copied(
            "other-files.json",
            _(
                "files that are not among the answers, if there are any: not sent to the end, refused, or still "
                "being checked. Download again when they are ready."
            ),
        ),
    )
    of_answer = (
        Copied("original.…", _("your video exactly as you sent it")),
        Copied("recording.json", _("the question, and what is known of the file")),
        Copied("own-transcript.…", _("the transcript that you added, if you did")),
    )

    def copy_of_interview(self, copy: Copy) -> Iterator[Entry]:
        columns = ("state", "file_name", "size_bytes", "received_bytes", "received_at", "refusal")
        rows = copy.interview.recordings.exclude(state=Recording.State.READY).values("question__text", *columns)
        if rows:
            yield as_json("other-files.json", [{"question": row.pop("question__text"), **row} for row in rows])

    def copy_of_answer(self, copy: Copy, recording: Recording, run: AnalysisRun | None) -> Iterator[Entry]:
        columns = ("file_name", "size_bytes", "received_at", "sha256", "duration_ms", "width", "height", "fps")
        about = {name: getattr(recording, name) for name in columns}
        yield as_json("recording.json", {"question": recording.question.text, **about})
        suffix = re.sub(r"[^a-z0-9]", "", recording.file_name.rpartition(".")[2].lower())[:5] or "video"
        yield f"original.{suffix}", decrypted(recording, recording.original_file)
        if recording.transcript_file:
            own = recording.transcript_file.rpartition(".")[2]
            yield f"own-transcript.{own}", decrypted(recording, recording.transcript_file)
