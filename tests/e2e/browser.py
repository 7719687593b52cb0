"""A real browser: Debian's Chromium, driven by Playwright; every page is checked for accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.conftest import wait_for

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, or skip the test where there is none."""
    if not CHROMIUM:
        pytest.skip("needs Chromium; set CHROMIUM=/path/to/it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """One person at a browser of their own. What a page reports as an error is kept in `faults`.

    Their clock is not UTC unless a test says so: few people's is, and the server's is.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        viewport: dict[str, int],
        scheme: str = "light",
        time_zone: str = "America/New_York",
    ) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=viewport, color_scheme=scheme, locale="en-GB", timezone_id=time_zone
        )
        self.page: Page = self.context.new_page()
        self.url, self.faults = url, []
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._note)

    def _note(self, message) -> None:
        if message.type == "error" and "404" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def goto(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)

    def sign_in(self, email: str, password: str) -> None:
        self.goto("/accounts/sign-in/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def review(self, interview: str) -> None:
        """Open an interview's review page and wait for its plot."""
        self.goto(f"/review/interviews/{interview}/")
        ready = "performance.getEntriesByName('timeline-ready').length"
        wait_for(lambda: self.page.evaluate(ready), "the plot is drawn", 60)

    def look(self, folder: Path, name: str) -> None:
        """Take a picture, and fail on a violation of WCAG 2.2 AA (axe) or a page wider than the screen."""
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)
        found = Axe().run(self.page, options=_RULES).response["violations"]
        broken = [
            f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
        ]
        assert not broken, f"{name}: " + "\n".join(broken)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
