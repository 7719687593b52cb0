"""No template holds what the content security policy refuses: inline scripts, handlers, styles, other hosts (T15)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).resolve().parent.parent / "templates").rglob("*.html"))
REFUSED = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "a file of another host": re.compile(
        r"<(script|link|img|video|source|iframe)[^>]*\b(src|href)=.https?:", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_holds_nothing_that_the_policy_refuses(path):
    text = re.sub(r"{#.*?#}", "", path.read_text())
    if path.parent.name == "emails":
        pytest.skip("an email has no policy")
    assert not [what for what, pattern in REFUSED.items() if pattern.search(text)]
