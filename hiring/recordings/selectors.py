"""How much room recordings need until they are stored, and how loud they are."""

from __future__ import annotations

from django.db.models import Q, Sum
from django.utils import timezone

from hiring.recordings.models import Recording, Waveform

#: What else an upload produces: the original in the vault, and the playable copy as a plain file and in the vault.
COPIES = 3


def needed_bytes(size_bytes: int) -> int:
    """Room that a new upload of this size needs, plus what must still be written for uploads received or in progress.

    Uploads that no one is sending anymore reserve nothing; otherwise a few abandoned ones would block new ones.
    """
    received = Q(state=Recording.State.RECEIVED)
    sending = Q(state=Recording.State.UPLOADING, writer_until__gt=timezone.now())
    rows = Recording.objects.filter(received | sending).aggregate(
        size=Sum("size_bytes", default=0), here=Sum("received_bytes", default=0)
    )
    size, here = int(rows["size"]), int(rows["here"])
    return (1 + COPIES) * (size_bytes + size) - here


def peaks_of(recording: Recording) -> bytes:
    """The recording's waveform, one byte for each tenth of a second; empty if it has no sound."""
    found = Waveform.objects.filter(recording=recording).values_list("peaks", flat=True).first()
    return bytes(found or b"")
