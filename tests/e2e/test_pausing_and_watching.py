"""In a real browser: a pause keeps what the display said, and an answer counts as reviewed once it was watched."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.browser import DESK, PHONE, Person, chromium
from tests.e2e.conftest import Product, wait_for

INVITED = """
from tests import factories
answer = factories.make_interview(granted=None, opened=False).token
"""
RECEIVED = """
from hiring.recordings.models import Recording
row = Recording.objects.get()
answer = [row.received_bytes, row.size_bytes, row.state]
"""
HANDED_IN = """
from pathlib import Path
from hiring.positions.models import Interview
from tests import factories
reviewer = factories.make_user(email="watches@example.org")
position = factories.make_position(reviewer)
for name in ("Anna", "Bert"):
    interview = factories.make_interview(position, name=name)
    recording = factories.make_ready_recording(interview, duration_ms=42_000, content=Path(FILE).read_bytes())
    factories.make_complete_run(recording)
Interview.objects.update(state="submitted", submitted_at=factories.long_ago(1))
answer = {"password": factories.PASSWORD, "ids": {row.candidate_name: str(row.pk) for row in Interview.objects.all()}}
"""
WATCHED = """
from hiring.review.models import Watched
answer = Watched.objects.count()
"""
PLAY_QUICKLY = """() => {
  const video = document.getElementById("video");
  [video.muted, video.playbackRate] = [true, 16];
  video.play();
}"""


def _two_megabit(person: Person) -> None:
    line = {"offline": False, "latency": 40, "downloadThroughput": 250_000, "uploadThroughput": 250_000}
    person.context.new_cdp_session(person.page).send("Network.emulateNetworkConditions", line)


def test_a_pause_on_a_slow_line_keeps_what_the_display_said(product: Product, clip: Path, tmp_path: Path):
    link = product.ask(INVITED)
    product.start_web()
    padded = tmp_path / "answer.mp4"
    padded.write_bytes(clip.read_bytes() + bytes(3_000_000))  # long enough to pause on the way
    with chromium() as browser:
        person = Person(browser, product.url, PHONE)
        page = person.page
        person.goto(f"/i/{link}/")
        page.locator("main form button.primary").click()
        page.get_by_role("link", name=re.compile("Continue|choices")).first.click()
        page.get_by_text("Be reviewed without any analysis").click()
        page.wait_for_url("**/answers/")
        _two_megabit(person)
        page.locator("input[type=file]").first.set_input_files(padded)
        line = page.locator("[data-line]").first

        def percent() -> int:
            found = re.search(r"(\d+)\s*%", line.text_content() or "")
            return int(found[1]) if found else 0

        wait_for(lambda: percent() >= 20, "a fifth is sent", 60)
        page.locator("[data-pause]").first.click()
        said = percent()
        received, size, _state = product.ask(RECEIVED)
        assert said >= 20 and said == 100 * received // size, "the display says what the server has"
        page.locator("[data-continue]").first.click()
        wait_for(lambda: percent() > said, "it goes on from there", 60)
        page.get_by_text("Video received").wait_for(timeout=120_000)
        assert product.ask(RECEIVED)[0] == size
        person.look(tmp_path, "uploaded")
        assert person.faults == []


def test_watching_an_answer_to_the_end_counts_as_reviewing_it(product: Product, clip: Path, tmp_path: Path):
    seeded = product.ask(f"FILE = {str(clip)!r}\n{HANDED_IN}")
    product.start_web()
    with chromium() as browser:
        person = Person(browser, product.url, DESK)
        person.sign_in("watches@example.org", seeded["password"])
        person.goto("/review/?sort=name")
        person.page.get_by_role("link", name="Anna").click()
        page = person.page
        length = "document.getElementById('video')?.duration > 40"
        wait_for(lambda: page.evaluate(length), "the video is there", 60)
        page.evaluate(PLAY_QUICKLY)
        wait_for(lambda: product.ask(WATCHED) == 1, "the page says that the answer was watched", 90)
        page.keyboard.press("]")
        page.wait_for_url(f"**/{seeded['ids']['Bert']}/**")
        page.wait_for_timeout(3000)
        assert product.ask(WATCHED) == 1, "a page that only stands open was not watched"
        person.goto("/review/?state=mine")
        assert [page.get_by_role("link", name=name).count() for name in ("Anna", "Bert")] == [1, 0]
        person.look(tmp_path, "reviewed-by-me")
        assert person.faults == []
