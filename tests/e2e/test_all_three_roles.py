"""From invitation to certificate, with real processes, a real browser and a real clip."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.e2e.browser import DESK, PHONE, Person, chromium
from tests.e2e.conftest import Product, wait_for

PEOPLE = """
from tests import factories
answer = {role: factories.make_user(role, email=f"{role}@example.org", name=f"Robin {role.title()}").email
          for role in ("recruiter", "administrator")}
answer["outsider"] = factories.make_user("recruiter", email="outsider@example.org").email
"""
CHECK = """
from hiring.audit import checks
from hiring.audit.services import SYSTEM
checks.start(actor=SYSTEM, whole=True)
checks.go_on(60)
answer = checks.latest().fault
"""
PASSWORD = "correct horse battery staple"
SWITCHES = ("recording", "transcript", "expression", "eyes_head", "voice")


def _invite(recruiter: Person, pictures: Path) -> str:
    """Create a position and invite somebody; return the personal link."""
    page = recruiter.page
    recruiter.goto("/review/positions/new/")
    page.get_by_label("Title").fill("Site reliability engineer")
    page.get_by_label("Questions").fill("Tell us about an incident that you handled.")
    page.get_by_label("Where the employer is").select_option("us")
    page.get_by_label("Where the job is").select_option("us")
    recruiter.look(pictures, "recruiter-new-position")
    page.locator("main form button.primary").click()
    page.wait_for_url(re.compile(r"/review/positions/[0-9a-f-]{36}/"))
    recruiter.look(pictures, "recruiter-position")
    form = page.locator("form[action$='/invite/']")
    form.get_by_label("Name").fill("Ada Candidate")
    form.get_by_label("Email").fill("ada@example.org")
    form.locator("select[name$=place]").select_option("us")
    form.get_by_role("button").click()
    link = page.get_by_label("Link", exact=True).input_value()
    recruiter.look(pictures, "recruiter-personal-link")
    return link


def _consent(candidate: Person, link: str, pictures: Path) -> None:
    page = candidate.page
    candidate.goto(link)
    assert link.rstrip("/").rsplit("/", 1)[1] not in page.url
    candidate.look(pictures, "candidate-start")
    page.get_by_role("button", name="Continue").click()
    candidate.look(pictures, "candidate-notice")
    page.get_by_role("link", name="Continue to the choices").click()
    for purpose in SWITCHES:
        expect(page.locator(f"#purpose-{purpose}")).not_to_be_checked()
    expect(page.locator("#purpose-browser")).to_have_count(0)
    candidate.look(pictures, "candidate-choices")
    for purpose in SWITCHES:
        page.locator(f"#purpose-{purpose}").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Continue with my choices").click()


def _answer(candidate: Person, video: Path, pictures: Path) -> None:
    page = candidate.page
    candidate.goto("/interview/answers/")
    candidate.look(pictures, "candidate-answers")
    page.locator("input[type=file]").set_input_files(video)
    expect(page.get_by_role("button", name="Submit answers")).to_be_visible(timeout=60_000)
    candidate.look(pictures, "candidate-uploaded")
    page.get_by_role("button", name="Submit answers").click()
    candidate.goto("/interview/status/")
    expect(page.get_by_role("link", name="See the result")).to_be_visible(timeout=180_000)
    candidate.look(pictures, "candidate-status")
    page.get_by_role("link", name="See the result").click()
    expect(page.locator("video")).to_be_visible()
    candidate.look(pictures, "candidate-result")


def _now_s(person: Person) -> float:
    return person.page.evaluate("document.getElementById('video').currentTime")


def _late(route: Route) -> None:
    """Answer as slowly as a bad network."""
    time.sleep(1)
    route.continue_()


def _lose_a_card(recruiter: Person) -> None:
    """The server cannot answer for the moment before: the card says so, and the next one is as it was."""
    page, before = recruiter.page, len(recruiter.faults)
    page.route("**/moments/*/", lambda route: route.fulfill(status=503))
    page.keyboard.press("k")
    expect(page.locator("#why")).to_contain_text("could not be loaded")
    page.unroute("**/moments/*/")
    page.keyboard.press("j")
    expect(page.locator("#why")).to_contain_text("You confirmed this.")
    assert all("503" in fault for fault in recruiter.faults[before:])
    del recruiter.faults[before:]  # provoked here


def _review(recruiter: Person, pictures: Path) -> str:
    """Find the interview, look at everything with the keyboard, answer, note, decide. Returns its address."""
    page = recruiter.page
    recruiter.goto("/review/")
    recruiter.look(pictures, "recruiter-inbox")
    page.get_by_role("link", name=re.compile("Ada Candidate")).first.click()
    address = page.url
    # Asked from outside again and again: waiting inside the page would need eval, which the page rightly forbids.
    wait_for(lambda: page.evaluate("performance.getEntriesByName('timeline-ready').length"), "the plot is drawn", 60)
    wait_for(lambda: page.evaluate("document.getElementById('video').readyState >= 1"), "the video is there", 30)
    recruiter.look(pictures, "recruiter-review")
    page.keyboard.press("ArrowRight")
    wait_for(lambda: abs(_now_s(recruiter) - 5) < 0.5, "the right arrow moves the video by five seconds", 10)
    page.route("**/moments/*/", _late)
    page.keyboard.press("j")
    page.keyboard.press("c")
    # The card of the moment before stays until the chosen one's has come: ask the list which one is chosen.
    start_ms = int(page.locator("#moments [aria-current]").get_attribute("data-start"))
    expect(page.locator("#why .why-head [data-seek]")).to_have_attribute("data-seek", str(start_ms))
    expect(page.locator("#why")).to_contain_text("You confirmed this.")
    page.unroute("**/moments/*/")
    wait_for(lambda: abs(_now_s(recruiter) - start_ms / 1000) < 2.5, "choosing a moment moves the video to it", 10)
    recruiter.look(pictures, "recruiter-moment")
    _lose_a_card(recruiter)
    page.keyboard.press("n")
    page.keyboard.type("Clear about the order of things.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#notes")).to_contain_text("Clear about the order of things.")
    page.locator("#notes").get_by_label(re.compile("Note at")).blur()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    recruiter.look(pictures, "recruiter-keys")
    page.keyboard.press("Escape")
    return address


def _decide(recruiter: Person, pictures: Path) -> None:
    page = recruiter.page
    page.get_by_role("link", name="Decision").click()
    page.locator("input[value=next_step]").check()
    page.locator("textarea").fill("She described the rollback step by step and named what she would change.")
    recruiter.look(pictures, "recruiter-decision")
    page.get_by_role("button", name="Record decision").click()
    expect(page.locator("main")).to_contain_text("Moves on to the next step")


def _delete(candidate: Person, pictures: Path) -> str:
    """Delete everything; return the interview's reference from the certificate."""
    page = candidate.page
    candidate.goto("/interview/results/")
    candidate.look(pictures, "candidate-results")
    candidate.goto("/interview/delete/")
    candidate.look(pictures, "candidate-delete")
    page.locator("main input[type=checkbox]").check()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.locator("main")).to_contain_text("Everything is deleted")
    candidate.look(pictures, "candidate-certificate")
    return re.search(r"[A-Z]-\d{4}-\d{4}", page.locator("main").inner_text()).group()


def _administer(administrator: Person, reference: str, pictures: Path) -> None:
    page = administrator.page
    for path, name in (
        ("/administration/people/", "administrator-people"),
        ("/administration/retention/", "administrator-retention"),
        ("/administration/audit/", "administrator-audit"),
        ("/administration/retention/places/", "administrator-places"),
    ):
        administrator.goto(path)
        administrator.look(pictures, name)
    administrator.goto("/administration/retention/certificates/")
    page.get_by_role("link", name=reference).click()
    expect(page.locator("main")).to_contain_text(reference)
    administrator.look(pictures, "administrator-certificate")


def test_from_the_invitation_to_the_certificate(product: Product, shared, tmp_path: Path):
    video = shared("media/clips/covers_face_then_smiles.mp4")
    people = product.ask(PEOPLE)
    product.start_web()
    product.start_worker()
    pictures = tmp_path / "pictures"
    with chromium() as browser:
        recruiter, candidate = Person(browser, product.url, DESK), Person(browser, product.url, PHONE)
        outsider, administrator = Person(browser, product.url, DESK), Person(browser, product.url, DESK, "dark")
        recruiter.sign_in(people["recruiter"], PASSWORD)
        link = _invite(recruiter, pictures)
        _consent(candidate, link, pictures)
        _answer(candidate, video, pictures)
        address = _review(recruiter, pictures)
        outsider.sign_in(people["outsider"], PASSWORD)
        assert outsider.page.goto(address).status == 404
        _decide(recruiter, pictures)
        reference = _delete(candidate, pictures)
        assert recruiter.page.goto(address).status == 404
        administrator.sign_in(people["administrator"], PASSWORD)
        _administer(administrator, reference, pictures)
        faults = [fault for person in (recruiter, candidate, administrator) for fault in person.faults]
    assert faults == []
    assert product.ask("from hiring.recordings.models import Recording\nanswer = Recording.objects.count()") == 0
    kept = [path for path in (product.folder / "var" / "vault").rglob("*") if path.is_file()]
    assert kept == [] and not list((product.folder / "var" / "keys").glob("*.key"))
    assert product.ask(CHECK) == ""
