"""What the documents say is there is there, and what is there they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.types import MomentKind
from hiring.audit.actions import Action
from hiring.policy.rules import Purpose

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WHOLE = "\n".join(path.read_text() for path in DOCUMENTS)


def _rows(path: str) -> list[list[str]]:
    """The cells of every table row of a document."""
    lines = (ROOT / path).read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]


def _codes(path: str) -> set[str]:
    """What stands in code style in the first cells of a document's tables."""
    return {code for first, *_others in _rows(path) for code in re.findall(r"`([^`]+)`", first)}


def test_every_setting_is_in_the_table_of_the_readme():
    source = (ROOT / "hiring/lib/environment.py").read_text()
    read = set(re.findall(r'(?:env\.\w+\(|_required\(env, )"([A-Z_]+)"', source))
    table = {name for name in _codes("README.md") if re.fullmatch("[A-Z_]+", name)}
    assert len(read) > 15 and read == table


def test_every_kind_of_moment_has_its_rule_and_what_it_cannot_tell():
    assert set(MomentKind) <= _codes("docs/moments.md")


def test_every_audit_action_is_listed_with_its_words():
    listed = {re.sub("`", "", code): words for code, words, *_ in (row for row in _rows("docs/audit.md") if row[1:])}
    assert {code: words for code, words in listed.items() if "." in code} == {a.value: str(a.label) for a in Action}


def test_every_purpose_is_in_the_table_of_what_is_asked():
    assert set(Purpose) <= _codes("docs/privacy.md")


def test_every_command_is_named():
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert not [target for target in targets[1].split() if f"make {target}" not in WHOLE]
    commands = [path.stem for path in (ROOT / "hiring").glob("*/management/commands/[a-z]*.py")]
    assert len(commands) >= 4 and not [name for name in commands if f"manage.py {name}" not in WHOLE]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_every_path_leads_somewhere(path: Path):
    text = path.read_text()
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert not [link for link in links if link and not (path.parent / link).exists()]
    named = re.findall(r"`((?:tests|hiring|analysis|docker|static|templates|docs)/[\w./-]+)`", text)
    assert not [name for name in named if not (ROOT / name).exists()]
