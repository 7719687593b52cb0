"""Nothing on the review page leaves its card, hides behind something, or wraps badly, with long texts too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import DESK, PHONE, Person, chromium
from tests.e2e.conftest import installed, wait_for

DESKS = [(1280, 720), (1366, 768), (1440, 900), (1920, 1080)]
SCREENS = [*DESKS, (PHONE["width"], PHONE["height"])]

SEED = """
from django.utils import timezone
from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose
from hiring.positions.models import Interview
from tests import factories
me = factories.make_user(email="rita@example.org")

def review(name, title, questions, text, sentence=""):
    position = factories.make_position(me, title=title[:160], questions=questions)
    interview = factories.make_interview(position, name=name[:120], granted=set(Purpose) - NOT_IN_THIS_VERSION)
    Interview.objects.update(state="submitted", submitted_at=timezone.now())
    run = factories.make_complete_run(factories.make_ready_recording(interview), text=text)
    for question in position.questions.all()[1:]:
        factories.make_ready_recording(interview, question=question)
    if sentence:
        values = {"duration_s": sentence, "expression": "happy", "peak_percent": 81, "baseline_percent": 6}
        run.moments.update(values=values)
    return str(interview.pk)

words = "so we rolled back in eleven minutes and told everybody what had happened to their data "
answer = {
    "plain": review("Ada Candidate", "Site reliability engineer", ["Tell us about an incident."], words * 2),
    "long": review(
        "Maximiliane-Alexandrina von Hohenstein-Württemberg y Fernández de la Vega " * 2,
        "Senior principal site reliability engineer for payments, identity and everything else " * 2,
        ["Tell us, step by step and with every detail, about an incident that you handled. " * 5] * 3,
        words * 3 + "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3,
        "Something that takes many words to say was visible in the picture for a while. " * 6,
    ),
}
"""

#: Controls that something else covers, of those that are on the screen and not scrolled out of their pane.
COVERED = """() => {
  const inside = (x, y) => x > 0 && y > 0 && x < innerWidth - 1 && y < innerHeight - 1;
  const shown = (element, x, y) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      if (getComputedStyle(box).overflow === "visible") continue;
      const edge = box.getBoundingClientRect();
      if (x < edge.left || x > edge.right || y < edge.top || y > edge.bottom) return false;
    }
    return true;
  };
  const covered = [];
  const wanted = "button, a:not(.skip-link), input:not([type=hidden]), h1, h2, dd";
  for (const control of document.querySelectorAll(wanted)) {
    const box = control.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (!box.width || !inside(x, y) || !shown(control, x, y)) continue;
    const top = document.elementFromPoint(x, y);
    if (!control.contains(top)) covered.push(`${control.outerHTML.slice(0, 99)} by ${top?.outerHTML.slice(0, 99)}`);
  }
  return covered;
}"""

#: What sticks out of its card or of the header at the left or the right.
OUTSIDE = """() => [...document.querySelectorAll(".card, .top, .stage")].flatMap((card) => {
  const edge = card.getBoundingClientRect();
  return [...card.querySelectorAll("button, input, h1, h2, p, dl, ul, .tag, .pane, .words, .words *")]
    .filter((element) => !element.closest(".visually-hidden, .questions-nav, .plot"))
    .map((element) => [element.getBoundingClientRect(), element])
    .filter(([box]) => box.width && (box.left < edge.left - 1 || box.right > edge.right + 1))
    .map(([, element]) => element.outerHTML.slice(0, 120));
})"""


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Person]]:
    """One review with usual texts and one with long ones, each open in a page."""
    with chromium() as browser, installed(tmp_path_factory.mktemp("fits")) as product:
        interviews, pages = product.ask(SEED), {}
        product.start_web()
        for texts, interview in interviews.items():
            person = Person(browser, product.url, DESK)
            person.sign_in("rita@example.org", "correct horse battery staple")
            person.review(interview)
            pages[texts] = person
        yield pages


@pytest.fixture(params=["plain", "long"])
def person(reviews: dict[str, Person], request: pytest.FixtureRequest) -> Person:
    return reviews[request.param]


def _at(person: Person, screen: tuple[int, int], scheme: str = "light") -> Page:
    page = person.page
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("scrollTo(0, 0)")
    page.locator(".why-body").evaluate("(e) => (e.scrollTop = 0)")
    return page


def _box(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).first.bounding_box()
    return {**box, "right": box["x"] + box["width"], "bottom": box["y"] + box["height"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_everything_stays_inside_its_card_and_nothing_is_covered(person: Person, screen, scheme, tmp_path: Path):
    page = _at(person, screen, scheme)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(COVERED) == []
    person.look(tmp_path, f"{screen[0]}-{scheme}")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_answers_to_a_moment_are_buttons_of_one_row(person: Person, screen):
    page = _at(person, screen)
    tops = page.locator(".verdict button").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().top)")
    assert len(tops) == 4
    assert max(tops) - min(tops) < 1


@pytest.mark.parametrize("screen", SCREENS)
def test_at_least_eight_lines_of_the_transcript_are_visible(person: Person, screen):
    page = _at(person, screen)
    line_px = page.locator(".line").first.evaluate("(e) => parseFloat(getComputedStyle(e).lineHeight)")
    assert page.locator("#pane-transcript").evaluate("(e) => e.clientHeight") >= 8 * line_px


@pytest.mark.parametrize("screen", DESKS)
def test_recording_words_and_answers_are_on_the_first_screen(person: Person, screen):
    page = _at(person, screen)
    assert _box(page, ".top")["height"] < 60
    assert _box(page, ".panel")["bottom"] < _box(page, ".why")["y"]
    assert _box(page, ".verdict")["bottom"] <= _box(page, ".why")["bottom"] <= screen[1]
    assert _box(page, ".controls")["bottom"] < screen[1] / 2


@pytest.mark.parametrize("screen", DESKS)
def test_facts_begin_above_the_buttons_and_all_can_be_read(reviews, screen):
    page = _at(reviews["plain"], screen)
    assert _box(page, ".why dd")["bottom"] < _box(page, ".verdict")["y"]
    page = _at(reviews["long"], screen)
    page.locator(".why-body").focus()
    page.keyboard.press("End")
    buttons = _box(page, ".verdict")["y"]
    wait_for(lambda: _box(page, ".why-body > :last-child")["bottom"] <= buttons + 1, "the last fact is in sight", 5)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_name_can_be_read_in_the_header(person: Person, screen):
    page = _at(person, screen)
    assert _box(page, ".crumbs h1")["width"] >= 120


@pytest.mark.parametrize("screen", SCREENS)
def test_every_question_can_be_chosen_without_scrolling(reviews: dict[str, Person], screen):
    page = _at(reviews["long"], screen)
    expect(page.locator(".questions-nav a")).to_have_count(3)
    edge = _box(page, ".questions-nav")["right"]
    rights = page.locator(".questions-nav a").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().right)")
    assert max(rights) <= edge + 1


@pytest.mark.parametrize("screen", SCREENS)
def test_the_search_has_room_for_a_word_and_its_count(person: Person, screen):
    page = _at(person, screen)
    page.locator("#find").fill("zebra")
    expect(page.locator("#found")).to_have_text("none")
    assert page.evaluate(OUTSIDE) == []
    assert _box(page, "#find")["width"] >= 70
    page.locator("#find").fill("")
