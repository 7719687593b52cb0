"""Everything stored about one candidate, as a ZIP that is created while it is sent."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from django.utils import timezone

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.positions.models import Interview
from hiring.retention.holdings import HOLDINGS
from hiring.retention.holdings.base import Copy, Entry
from hiring.retention.readme import readme


def note(*, interview: Interview) -> None:
    """Record that the candidate downloaded a copy."""
    audit.record(actor=interview.as_actor(), action=Action.INTERVIEW_EXPORTED, obj=interview, interview=interview)


class _Sink:
    """Passes on what zipfile writes. It is not seekable, so zipfile writes the sizes after each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is buffered anywhere else."""

    def take(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zip_pieces(interview: Interview) -> Iterator[bytes]:
    """Yield the archive's bytes. At most one piece of one file is in memory."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, pieces in _entries(Copy(interview)):
            about = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
            with archive.open(about, "w", force_zip64=True) as target:
                for piece in pieces:
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


def _entries(copy: Copy) -> Iterator[Entry]:
    yield "README.txt", [readme(copy.interview, copy.folders.values()).encode()]
    yield from copy.entries(HOLDINGS)
