"""Why a file was refused, in the reader's language. Codes are those of analysis.types.BadVideo."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hiring.recordings.models import Recording

_REFUSALS = {
    "not_video": _("This file is not a video that can be read. Please choose an MP4, MOV or WebM file."),
    "empty": _("This file is empty. Please choose another one."),
    "truncated": _("The end of this file is missing. Please save the video once more and upload it again."),
    "too_long": _("This video is longer than three hours. Please choose a shorter one."),
    "too_many_frames": _(
        "This video has more pictures than can be read here. Please save it as MP4 and upload it again."
    ),
    "too_large_picture": _("The picture of this video is larger than can be read here. Please save it smaller."),
    "unsupported": _("This kind of video cannot be read here. Please save it as MP4 and upload it again."),
    "no_video": _("This file has sound but no picture. Please choose one with a picture."),
    "damaged": _("Parts of this file cannot be read. Please save the video once more and upload it again."),
    "too_slow": _("This file took too long to read. Please save it as MP4 and upload it again."),
}


def refusal_sentence(recording: Recording) -> str:
    """Return why this recording was refused, or an empty string."""
    if recording.state != Recording.State.REFUSED:
        return ""
    return str(_REFUSALS.get(recording.refusal_code, recording.refusal))
