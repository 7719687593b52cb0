"""The timeline shows the recording's own time, wherever in the world the browser is.

Positions are taken from the screen alone: the rectangle that the plot fills, the texts of its ticks, and how long
the recording is. The page's own axis is not asked, because it would be wrong in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from hiring.recruiter.timeline.theme import LANES
from tests.e2e.browser import DESK, Person, chromium
from tests.e2e.conftest import Product, installed

DURATION_MS = 60_000
#: Where the factory has the word "eleven", and its two moments.
ELEVEN_MS = 3000
MOMENTS_MS = ((4000, 5500), (7000, 8500))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
#: A cursor is 2 px wide, and edges fall between pixels.
NEAR_PX = 2.5

SEED = f"""
from django.utils import timezone
from hiring.positions.models import Interview
from tests import factories
me = factories.make_user(email="rita@example.org")
interview = factories.make_interview(factories.make_position(me))
Interview.objects.update(state="submitted", submitted_at=timezone.now())
factories.make_complete_run(factories.make_ready_recording(interview, duration_ms={DURATION_MS}))
answer = str(interview.pk)
"""


class Area(NamedTuple):
    """The rectangle in which Plotly draws, in pixels of the screen."""

    left: float
    top: float
    width: float
    height: float

    def x(self, ms: float, window: tuple[float, float] = (0, DURATION_MS)) -> float:
        return self.left + self.width * (ms - window[0]) / (window[1] - window[0])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, Product, str]]:
    """One installation, one analyzed recording and one browser for all zones."""
    with chromium() as browser, installed(tmp_path_factory.mktemp("zones")) as product:
        interview = product.ask(SEED)
        product.start_web()
        yield browser, product, interview


@pytest.fixture(scope="module", params=ZONES)
def opened(desk: tuple[Browser, Product, str], request: pytest.FixtureRequest) -> Iterator[Page]:
    browser, product, interview = desk
    person = Person(browser, product.url, DESK, time_zone=request.param)
    person.sign_in("rita@example.org", "correct horse battery staple")
    person.review(interview)
    yield person.page
    person.context.close()


@pytest.fixture
def page(opened: Page) -> Page:
    """The review page, with the whole recording on its timeline and the clock at its start."""
    opened.mouse.move(5, 5)
    _seek(opened, 0)
    opened.locator("[data-zoom=whole]").click()
    expect(_ticks(opened).first).to_have_text("00:00")
    expect(_ticks(opened).last).to_have_text("01:00")
    return opened


def _area(page: Page) -> Area:
    found = page.evaluate(
        """() => {
          const box = document.querySelector('#plot [data-subplot="xy"].nsewdrag').getBoundingClientRect();
          return [box.left, box.top, box.width, box.height];
        }"""
    )
    return Area(*found)


def _ticks(page: Page):
    return page.locator("#plot .xtick text")


def _seek(page: Page, ms: int) -> None:
    page.locator("#seek").evaluate("(bar, ms) => { bar.value = ms; bar.dispatchEvent(new Event('input')); }", ms)


def _edges(page: Page, selector: str) -> tuple[float, float]:
    """Left and right of an element, found and measured in one step: the page may put another in its place."""
    measure = "(one) => (({left, right}) => [left, right])(document.querySelector(one).getBoundingClientRect())"
    return tuple(page.evaluate(measure, selector))


def _middle(page: Page, selector: str) -> float:
    return sum(_edges(page, selector)) / 2


def _read(text: str) -> float:
    """03:07.4 in milliseconds."""
    minutes, seconds = text.split(":")
    return 60_000 * int(minutes) + 1000 * float(seconds)


def _marks(page: Page) -> list[tuple[float, float]]:
    """Where each tick is on the screen, and the time that it names. Plotly hides one that has no room at an end."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("#plot .xtick text")].map((tick) => {
          const box = tick.getBoundingClientRect();
          return box.width ? [box.left + box.width / 2, tick.textContent] : null;
        })"""
    )
    return [(mark[0], _read(mark[1])) for mark in found if mark]


def _window(page: Page) -> tuple[float, float]:
    """What the plot shows, from where its ticks are and what they say."""
    (x1, ms1), *_between, (x2, ms2) = _marks(page)
    area, ms_per_px = _area(page), (ms2 - ms1) / (x2 - x1)
    return ms1 + (area.left - x1) * ms_per_px, ms1 + (area.left + area.width - x1) * ms_per_px


def _shows(page: Page, start_ms: float, end_ms: float, asked: str) -> None:
    """The ticks tell of this window, and so did the page when it asked the server."""
    near_ms = 3 * NEAR_PX * (end_ms - start_ms) / _area(page).width
    assert _window(page) == pytest.approx((start_ms, end_ms), abs=near_ms)
    window = [int(re.search(rf"{name}=(\d+)", asked).group(1)) for name in ("start_ms", "end_ms")]
    assert window == pytest.approx([start_ms, end_ms], abs=near_ms)


def test_a_click_on_the_plot_goes_to_that_time(page: Page):
    area = _area(page)
    for second in (30, 12, 51):
        page.mouse.click(area.x(1000 * second + 300), area.top + 40)
        expect(page.locator("#now")).to_have_text(f"00:{second}")
        assert _middle(page, "#cursor") == pytest.approx(area.x(1000 * second + 300), abs=NEAR_PX)


def test_the_cursor_stands_at_the_clocks_time(page: Page):
    area = _area(page)
    for ms in (0, 45_000, 59_900):
        _seek(page, ms)
        expect(page.locator("#cursor")).to_be_visible()
        assert _middle(page, "#cursor") == pytest.approx(area.x(ms), abs=NEAR_PX)
    page.locator(".words > span", has_text="eleven").click()
    assert _middle(page, "#cursor") == pytest.approx(area.x(ELEVEN_MS), abs=NEAR_PX)


def test_every_tick_stands_at_the_time_that_it_names(page: Page):
    area, marks = _area(page), _marks(page)
    assert len(marks) > 5
    for x, ms in marks:
        assert x == pytest.approx(area.x(ms), abs=NEAR_PX)


def test_zooming_in_keeps_the_cursor_where_it_is_and_names_the_new_window(page: Page):
    _seek(page, 30_000)
    page.locator("[data-zoom=in]").click()
    with page.expect_response(lambda answer: "start_ms=22500" in answer.url) as answer:
        page.locator("[data-zoom=in]").click()
    _shows(page, 22_500, 37_500, answer.value.url)
    assert _middle(page, "#cursor") == pytest.approx(_area(page).x(30_000, (22_500, 37_500)), abs=NEAR_PX)


def test_ticks_do_not_wait_for_the_server_and_have_tenths_when_they_are_close(page: Page):
    page.route("**/timeline/*", lambda route: route.abort())
    for _ in range(5):
        page.locator("[data-zoom=in]").click()
    expect(_ticks(page).first).to_have_text("00:00.0")
    assert len(_ticks(page).all()) > 4
    assert _window(page) == pytest.approx((0, 2000), abs=20)
    page.unroute("**/timeline/*")


def test_dragging_zooms_to_what_was_dragged_over(page: Page):
    area = _area(page)
    y = area.top + 60
    page.mouse.move(area.x(15_000), y)
    page.mouse.down()
    page.mouse.move(area.x(20_000), y, steps=4)
    page.mouse.move(area.x(30_000), y, steps=4)
    with page.expect_response(lambda answer: "/timeline/" in answer.url) as answer:
        page.mouse.up()
    _shows(page, 15_000, 30_000, answer.value.url)
    page.mouse.click(area.left + area.width * 2 / 3, y)
    expect(page.locator("#now")).to_have_text(re.compile("00:(24|25)"))


def test_a_moments_bar_lies_at_its_time_and_a_click_on_it_chooses_the_moment(page: Page):
    area = _area(page)
    lane = next(number for name, _height, number in LANES if name == "moments")
    bars = page.locator(f"#plot .subplot.xy{lane} .barlayer .point path")
    titles = ("Expression changed", "Nobody visible")
    for number, ((start, end), title) in reversed(list(enumerate(zip(MOMENTS_MS, titles, strict=True)))):
        box = bars.nth(number).bounding_box()
        assert (box["x"], box["x"] + box["width"]) == pytest.approx((area.x(start), area.x(end)), abs=NEAR_PX)
        page.mouse.click(area.x((start + end) / 2), box["y"] + box["height"] / 2)
        expect(page.locator("#why h2")).to_have_text(title)
        expect(page.locator("#now")).to_have_text(f"00:0{start // 1000}")
        assert _middle(page, "#cursor") == pytest.approx(area.x(start), abs=NEAR_PX)


def test_the_chosen_moment_is_tinted_where_it_is(page: Page):
    area = _area(page)
    for row, (start, end) in ((1, MOMENTS_MS[1]), (0, MOMENTS_MS[0])):
        page.locator("[data-moment]").nth(row).dispatch_event("click")
        expect(page.locator("#selected-span")).to_be_visible()
        assert _edges(page, "#selected-span") == pytest.approx((area.x(start), area.x(end)), abs=NEAR_PX)


def test_words_that_were_searched_for_are_ticks_at_their_time(page: Page):
    page.locator("#find").fill("eleven")
    expect(page.locator("#hits i")).to_have_count(1)
    assert _middle(page, "#hits i") == pytest.approx(_area(page).x(ELEVEN_MS), abs=NEAR_PX)
    page.locator("#find").fill("")


def test_what_the_mouse_is_over_is_named_with_its_time(page: Page):
    area = _area(page)
    page.mouse.move(area.x(20_000), area.top + 60)
    page.mouse.move(area.x(25_050), area.top + 60, steps=3)
    expect(page.locator("#plot .hoverlayer .legendtitletext")).to_have_text(re.compile(r"^00:2[45]\.\d$"))
