"""A real browser plays a video to its end, and seeks in it, though each answer holds 2 MiB of it at most."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from hiring.recordings.streaming import LARGEST_ANSWER
from tests.e2e.browser import DESK, Person, chromium
from tests.e2e.conftest import Product

SEED = """
from pathlib import Path
from hiring.positions.models import Interview
from tests import factories
reviewer = factories.make_user(email="plays@example.org")
interview = factories.make_interview(factories.make_position(reviewer))
recording = factories.make_ready_recording(interview, content=Path(FILE).read_bytes())
Interview.objects.update(state="submitted", submitted_at=factories.long_ago(1))
answer = {"recording": str(recording.pk), "password": factories.PASSWORD}
"""
PLAY = """async ([address, from]) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = address;
  document.body.append(video);
  const over = new Promise((resolve, reject) => {
    video.onended = () => resolve(video.currentTime);
    video.onerror = () => reject(new Error(video.error.message));
  });
  video.currentTime = from;
  video.playbackRate = 4;
  await video.play();
  return over;
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of noise, which no codec makes small: several answers long."""
    path, random = tmp_path_factory.mktemp("film") / "film.mp4", np.random.default_rng(1)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "30", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(300):
            noise = random.integers(0, 256, (240, 320, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode(None))
    assert path.stat().st_size > 3 * LARGEST_ANSWER
    return path


def test_a_browser_plays_to_the_end_and_seeks(product: Product, film: Path):
    seeded = product.ask(f"FILE = {str(film)!r}\n{SEED}")
    product.start_web()
    with chromium() as browser:
        person = Person(browser, product.url, DESK)
        person.sign_in("plays@example.org", seeded["password"])
        answers: list[int] = []
        person.page.on("response", lambda answer: "/video/" in answer.url and answers.append(answer.status))
        for start_s in (0, 9):
            ended_s = person.page.evaluate(PLAY, [f"/review/recordings/{seeded['recording']}/video/", start_s])
            assert ended_s == pytest.approx(12, abs=0.5)
        assert len(answers) > 3 and set(answers) == {206}
