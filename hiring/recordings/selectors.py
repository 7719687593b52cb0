"""How much room recordings need until they are kept, and how loud they are."""

from __future__ import annotations

from django.db.models import Q, Sum
from django.utils import timezone

from hiring.recordings.models import Recording, Waveform

#: What becomes of an upload besides: the original in the vault, the playable copy as a plain file and in the vault.
COPIES = 3


def needed_bytes(size_bytes: int) -> int:
    """What a new upload of this size needs, with what is still to be written for those that are here or coming in.

    One that nobody sends any more promises nothing, or a few abandoned ones would close the door.
    """
    received = Q(state=Recording.State.RECEIVED)
    sending = Q(state=Recording.State.UPLOADING, writer_until__gt=timezone.now())
    rows = Recording.objects.filter(received | sending).aggregate(
        size=Sum("size_bytes", default=0), here=Sum("received_bytes", default=0)
    )
    size, here = int(rows["size"]), int(rows["here"])
    return (1 + COPIES) * (size_bytes + size) - here


def peaks_of(recording: Recording) -> bytes:
    """The recording's waveform, a byte for each tenth of a second; empty where it has no sound."""
    found = Waveform.objects.filter(recording=recording).values_list("peaks", flat=True).first()
    return bytes(found or b"")
