"""Words, plot, moments and notes of the review page hang on one clock, whichever of them is used."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import DESK, Person, chromium
from tests.e2e.conftest import Product, wait_for

SEED = """
from django.utils import timezone
from hiring.positions.models import Interview
from tests import factories
me = factories.make_user(email="rita@example.org")
interview = factories.make_interview(factories.make_position(me))
Interview.objects.update(state="submitted", submitted_at=timezone.now())
recording = factories.make_ready_recording(interview)
run = factories.make_complete_run(recording)
answer = str(interview.pk)
"""
POINTS = """
from hiring.positions import services as positions
from hiring.positions.services import Point
from hiring.worker.points import look
from hiring.review import services as review
points = [Point("rolling back", "How?"), Point("what customers were told", "What did they hear?")]
positions.set_rubric(
    position=interview.position,
    points={recording.question_id: points},
    follow_ups=True,
    actor=me.as_actor(),
)
review.correct(recording=recording, start_ms=1000, text="So we rolled it back quickly.")
look(run)
run.topics = [{"text": "minutes", "count": 2}]
run.save(update_fields=["topics"])
answer = [str(interview.pk), str(interview.position_id)]
"""
PASSWORD = "correct horse battery staple"


def _cursor_ms(page: Page) -> float:
    """Where the plot's cursor stands, read back through Plotly's axis."""
    return page.evaluate(
        """() => {
          const axis = document.getElementById("plot")._fullLayout.xaxis;
          const cursor = document.getElementById("cursor");
          return axis.p2l(new DOMMatrix(getComputedStyle(cursor).transform).e - axis._offset);
        }"""
    )


def _window_ms(page: Page) -> list[float]:
    return page.evaluate("document.getElementById('plot')._fullLayout.xaxis.range")


def _open(browser, product: Product, interview: str) -> Person:
    person = Person(browser, product.url, DESK)
    person.sign_in("rita@example.org", PASSWORD)
    person.review(interview)
    return person


def test_a_word_a_point_of_the_plot_and_a_moment_each_move_all_the_others(product: Product):
    interview = product.ask(SEED)
    product.start_web()
    with chromium() as browser:
        page = _open(browser, product, interview).page
        _words(page)
        _plot(page)
        _moments(page)
        _typing(page)
        _zooming(page)
        _tab_reaches_everything(page)


def _words(page: Page) -> None:
    page.locator(".words > span", has_text="rolled").click()
    expect(page.locator(".words .now")).to_have_text("rolled")
    assert abs(_cursor_ms(page) - 1800) < 30
    page.keyboard.press("/")
    page.keyboard.type("eleven")
    expect(page.locator("#found")).to_have_text("1/1")
    page.keyboard.press("Enter")
    expect(page.locator(".words .now")).to_have_text("eleven")
    page.keyboard.press("Escape")


def _plot(page: Page) -> None:
    box = page.locator("#plot").bounding_box()
    x = page.evaluate("((axis) => axis._offset + axis.l2p(2300))(document.getElementById('plot')._fullLayout.xaxis)")
    page.mouse.click(box["x"] + x, box["y"] + 40)
    expect(page.locator(".words .now")).to_have_text("back")
    assert abs(_cursor_ms(page) - 2300) < 30


def _moments(page: Page) -> None:
    page.keyboard.press("j")
    expect(page.locator("#why h2")).to_have_text("Nobody visible")
    assert abs(_cursor_ms(page) - 7000) < 30
    expect(page.locator("#note-time")).to_have_text("00:07")
    page.keyboard.press("k")
    expect(page.locator("#why h2")).to_have_text("Expression changed")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-problem")).to_be_visible()
    page.keyboard.type("A cough, j k c")
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_contain_text("You dismissed this.")
    expect(page.locator("#seen")).to_have_text("1 of 2 reviewed")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#seen")).to_have_text("0 of 2 reviewed")


def _typing(page: Page) -> None:
    """Keys are letters while somebody writes."""
    page.locator("body").press("n")
    before = _cursor_ms(page)
    page.keyboard.type("jk cx z? ]")
    assert page.locator("#note-text").input_value() == "jk cx z? ]"
    assert _cursor_ms(page) == before
    page.keyboard.press("Escape")


def _zooming(page: Page) -> None:
    with page.expect_response(lambda answer: "/timeline/" in answer.url):
        page.keyboard.press("+")
    start, end = _window_ms(page)
    assert end - start < 6500
    page.keyboard.press("0")
    wait_for(lambda: _window_ms(page) == [0, 12_000], "the whole timeline is back", 5)


def _tab_reaches_everything(page: Page) -> None:
    wanted = {"play", "speed", "skip", "captions", "mute", "fullscreen", "in", "out", "whole", "happy", "voice"}
    page.locator("#main").focus()
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        data = "({...document.activeElement.dataset})"
        found = page.evaluate(data)
        reached |= {found.get(name) for name in ("do", "zoom", "series", "lane")}
    assert wanted <= reached


def test_points_topics_and_a_search_lead_to_the_words(product: Product, tmp_path: Path):
    interview, position = product.ask(SEED + POINTS)
    product.start_web()
    with chromium() as browser:
        person = _open(browser, product, interview)
        page = person.page
        _points(page)
        person.look(tmp_path, "points")
        _search(page)
        person.goto(f"/review/positions/{position}/rubric/")
        person.look(tmp_path, "rubric")
        _rubric(page)
        assert not person.faults


def _points(page: Page) -> None:
    page.locator("#tab-transcript").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#pane-points")).to_contain_text("No matching words were found")
    found = page.locator("#pane-points").get_by_role("button")
    expect(found).to_have_count(2)  # in what was transcribed, and in what the candidate wrote instead
    found.first.click()
    assert abs(_cursor_ms(page) - 1000) < 30


def _search(page: Page) -> None:
    """A topic fills the search; hits are ticks on the timeline, and the candidate's correction is one."""
    page.locator("#tab-transcript").click()
    page.locator(".topics button").click()
    expect(page.locator("#find")).to_have_value("minutes")
    expect(page.locator("#hits i")).to_have_count(1)
    page.locator("#find").fill("quickly")
    expect(page.locator(".correction.current-hit")).to_be_visible()
    page.keyboard.press("Enter")
    assert abs(_cursor_ms(page) - 1000) < 30
    page.locator("#find").fill("")
    expect(page.locator("#hits i")).to_have_count(0)


def _rubric(page: Page) -> None:
    """By keyboard alone: the last point is emptied, another is written, and what was written is there again."""
    fields = page.locator(".rubric input[type=text]")
    fields.nth(2).focus()
    for text in ("", "", "costs", "What did it cost?"):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.reload()
    written = [field.input_value() for field in page.locator(".rubric input[type=text]").all()]
    assert [text for text in written if text] == ["rolling back", "How?", "costs", "What did it cost?"]
