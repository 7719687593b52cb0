"""What these tests ask the installation: answers that wait, how runs stand, what lies where."""

from __future__ import annotations

import time
from pathlib import Path

from tests.analysis.media import write_video
from tests.e2e.conftest import Product, wait_for
from tests.torture.servers import Postgres

QUEUE = """
import pathlib, uuid
from hiring.actions import receive_upload
from hiring.policy.rules import Purpose
from hiring.recordings import uploads
from hiring.runs import services as runs
from tests import factories
content = pathlib.Path({path!r}).read_bytes()
position = factories.make_position(factories.make_user(email=f"{{uuid.uuid4()}}@example.org"))
answer = []
for _ in range({count}):
    interview = factories.make_interview(position, granted=[Purpose.RECORDING])
    recording = uploads.create(
        interview=interview, question=position.questions.first(), size_bytes=len(content), file_name="a.mp4"
    )
    uploads.append(recording=recording, offset=0, pieces=iter([content]))
    assert receive_upload.finish(recording=recording)
    answer.append(str(recording.runs.get().pk))
"""
#: Each run ended once, and each file that lies in the vault is named by a row, and the other way round.
AFTER = """
from django.db.models import Count
from hiring.audit import checks
from hiring.audit.models import Event
from hiring.audit.services import SYSTEM
from hiring.positions.models import Interview
from hiring.recordings import vault
from hiring.recordings.models import Recording
from hiring.retention import holdings
from hiring.runs.models import AnalysisRun
ended = Event.objects.filter(action="run.complete").values_list("object_id").annotate(n=Count("pk"))
checks.start(actor=SYSTEM, whole=True)
checks.go_on(600)
lost, spare = [], []
for interview in Interview.objects.all():
    named, kept = holdings.files(interview.pk), set(vault.names(interview.pk))
    lost += named - kept
    spare += [name for name in kept - named if not name.startswith(".")]
answer = {
    "states": dict(AnalysisRun.objects.order_by().values_list("state").annotate(Count("pk"))),
    "recordings": dict(Recording.objects.order_by().values_list("state").annotate(Count("pk"))),
    "ended_twice": [pk for pk, n in ended if n != 1],
    "attempts": dict(AnalysisRun.objects.order_by().values_list("attempt").annotate(Count("pk"))),
    "fault": checks.latest().fault,
    "lost": lost,
    "spare": len(spare),
}
"""


def short_clip(folder: Path) -> Path:
    """A second of video: a run of it takes about as long."""
    return write_video(folder / "short.mp4")


def queue(product: Product, clip: Path, count: int) -> list[str]:
    """Answers whose bytes are here, each with its run waiting."""
    return list(product.ask(QUEUE.format(path=str(clip), count=count)))


def states(postgres: Postgres) -> dict[str, int]:
    """How many runs are in each state."""
    return dict(postgres.rows("SELECT state, count(*) FROM runs_analysisrun GROUP BY state"))


def under_way(postgres: Postgres) -> int:
    found = states(postgres)
    return found.get("queued", 0) + found.get("running", 0)


def all_over(postgres: Postgres, within_s: float) -> float:
    """Wait until no run is queued or running. Returns how long that took."""
    begun = time.monotonic()
    wait_for(lambda: not under_way(postgres), "every run has ended", within_s)
    return time.monotonic() - begun


def checked(product: Product, **expected: int) -> dict:
    """What is there afterwards. Fails where something was lost or done twice, or a state is not as often as said."""
    found = product.ask(AFTER)
    assert not found["ended_twice"], found
    assert not found["fault"], found
    assert not found["lost"], found
    for state, count in expected.items():
        assert found["states"].get(state, 0) == count, found
    return found


def orphans(found: dict) -> str:
    return f"{found['spare']} files that no row names (the hourly sweep removes them)"
