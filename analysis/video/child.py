"""The process that touches hostile bytes: `python -m analysis.video.child JOB`, started by process.py only.

JOB is JSON: the job's name, its options, the limits, and the numbers of inherited descriptors. The order matters:
rights are dropped first, then the libraries are loaded, then the file system is closed, and only then is the file
read.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from analysis.config import VideoLimits
from analysis.types import BadVideo
from analysis.video import sandbox
from analysis.video.channel import ChildEnd, Ring


def main() -> None:
    job: dict[str, Any] = json.loads(sys.argv[1])
    limits = VideoLimits(**job["limits"])
    sandbox.give_up_rights(limits, job["parent_pid"])
    end = ChildEnd(job["channel_fd"], Ring(job["ring_fd"], job["slots"], job["slot_bytes"]))

    # Loaded only now: numpy and ffmpeg may start threads, and a process with threads cannot leave the network. PyAV
    # loads its subtitle classes when a file has such a track: too late once files are closed.
    import av.subtitles.codeccontext
    import av.subtitles.stream  # noqa: F401

    from analysis.video.container import told_as_bad_video
    from analysis.video.jobs import JOBS

    job["status_fd"] = sandbox.open_status()
    sandbox.close_files()
    try:
        with told_as_bad_video():
            JOBS[job["job"]](end, job, limits)
        end.send({"type": "done"})
    except BadVideo as error:
        end.send({"type": "bad_video", "code": error.code, "sentence": str(error)})


if __name__ == "__main__":
    main()
