"""The administrator's pages on networks, in a real browser: with the keyboard alone, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.browser import DESK, PHONE, Person, chromium
from tests.e2e.conftest import Product

ROWS = """
from tests import factories
person = factories.make_user("administrator", email="administrator@example.org")
sha = "a" * 64
rows = "| a figure with a name that is rather long | another one |\\n|---|---|\\n| `%s` | 1 |" % sha
card = "# T\\n\\n## What for\\n\\n" + rows
network = factories.make_network(sha, card=card, fairness=factories.fairness_result(sha))
answer = {"network": network.pk, "audit": factories.make_fairness_audit(network).pk}
"""
PASSWORD = "correct horse battery staple"


def _tab_to(person: Person, name: str) -> None:
    """Press the tab key until the focus is on the element with this text."""
    for _ in range(40):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"the tab key never reaches “{name}”")


def _switch_off(person: Person, pictures: Path) -> None:
    page = person.page
    _tab_to(person, "Switch off…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happens")).to_be_visible()
    person.look(pictures, "administrator-switch")
    _tab_to(person, "Switch off")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This field is required.")).to_be_visible()
    person.look(pictures, "administrator-switch-without-a-reason")
    page.get_by_label("Why, in one sentence").focus()
    page.keyboard.type("It is wrong about glasses.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The model is off.")


def test_a_network_is_read_and_switched_off_with_the_keyboard_on_any_screen(product: Product, tmp_path: Path):
    with chromium() as browser:
        rows = product.ask(ROWS)
        product.start_web()
        pages = {
            "networks": "/administration/models/",
            "network": f"/administration/models/{rows['network']}/",
            "fairness-audits": "/administration/models/fairness/",
            "fairness-audit": f"/administration/models/fairness/{rows['audit']}/",
        }
        for viewport, scheme in ((DESK, "light"), (PHONE, "dark")):
            person = Person(browser, product.url, viewport, scheme)
            person.sign_in("administrator@example.org", PASSWORD)
            for name, path in pages.items():
                person.goto(path)
                person.look(tmp_path, f"administrator-{name}-{scheme}")
            assert person.faults == []
        person.goto(pages["network"])
        _switch_off(person, tmp_path)
        expect(person.page.locator("main")).to_contain_text("It is wrong about glasses.")
        person.look(tmp_path, "administrator-network-off")
        assert person.faults == []
