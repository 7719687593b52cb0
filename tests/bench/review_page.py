"""The review page of a one-hour interview, in a real browser against a real server: prints, asserts nothing."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.e2e.browser import CHROMIUM, DESK, Person, chromium
from tests.e2e.conftest import Product

PASSWORD = "correct horse battery staple"
SEED = """
from hiring.positions.models import Interview
from tests import factories
reviewer = factories.make_user(email="bench@example.org")
interview = factories.make_interview(factories.make_position(reviewer))
recording = factories.make_ready_recording(interview, duration_ms=60 * 60 * 1000)
run = factories.make_complete_run(recording, text="a word that is said " * 1440)
Interview.objects.filter(pk=interview.pk).update(state="submitted", submitted_at=factories.long_ago(1))
answer = {"interview": str(interview.pk), "frames": run.frames, "words": run.words.count()}
"""
TIMES = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const figure = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/timeline/"));
  return {
    first_byte_ms: Math.round(page.responseStart - page.requestStart),
    first_paint_ms: Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime),
    interactive_ms: Math.round(performance.getEntriesByName("timeline-ready")[0].startTime),
    page_kb: Math.round(page.transferSize / 1024),
    timeline_ms: Math.round(figure.responseEnd - figure.requestStart),
    timeline_kb: Math.round(figure.transferSize / 1024),
  };
}"""


def measure() -> None:
    """Open the page four times: with an empty browser cache, then with what it kept."""
    if not CHROMIUM:
        print("\nreview page: needs Chromium; set CHROMIUM=/path/to/it")
        return
    product = Product(Path(tempfile.mkdtemp()))
    try:
        product.manage("migrate", "--verbosity", "0")
        seeded = product.ask(SEED)
        product.start_web()
        print(f"\nreview page of a one-hour interview: {seeded['frames']} frames, {seeded['words']} words")
        with chromium() as browser:
            person = Person(browser, product.url, DESK)
            person.sign_in("bench@example.org", PASSWORD)
            for visit in ("first visit", "again", "again", "again"):
                person.goto(f"/review/interviews/{seeded['interview']}/")
                while not person.page.evaluate("performance.getEntriesByName('timeline-ready').length"):
                    time.sleep(0.02)
                print(f"  {visit:<12}", person.page.evaluate(TIMES))
    finally:
        product.stop()
