"""What people read is plain American English: phrases that a native reader would stumble over stay out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiring.consent.notice import CURRENT, notice_bytes

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Phrases with what to write instead; British spellings with the American one.
INSTEAD = {
    r"own usual": "typical for this person",
    r"\banew\b": "again",
    r"to be had": "available",
    r"\bletters\b": "characters",
    r"\b(hand|hands|handed|handing) in\b(?! front)": "submit",
    r"written down|write (it|the \w+) down|writes down": "recorded",
    r"(was|were|is|are|been|having) looked (at|for)|looked at again": "viewed, checked, analyzed",
    r"goes on\b": "continues",
    r"\b(some|any|every|no)body\b(?! visible)": "someone, anyone, everyone, no one",
    r"\bwhoever\b": "anyone who, the person who",
    r"\bany more\b": "anymore, or another word order",
    r"beside (the|each|every|it)\b": "next to, with",
    r"\bnetworks?\b": "model",
    r"\banalys(e|ed|ing)\b": "analyze",
    r"recognis": "recogniz",
    r"\bcolours?\b": "color",
    r"\bgrey\b": "gray",
    r"cancelled": "canceled",
    r"\blabelled": "labeled",
    r'"To (the|my|signing)\b': "Go to …",
}
PHRASES = re.compile("|".join(f"(?:{phrase})" for phrase in INSTEAD), re.IGNORECASE)


def _marked(path: Path) -> Iterator[str]:
    """The texts of a module that are marked for translation: what screens, forms and messages say."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


#: Code in either form, and the targets of links. A document may mention networks of other kinds than trained ones.
_NOT_PROSE = re.compile(r"```.*?```|^    .*?$|`[^`]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
_MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "gettext_noop"}
_TAG = re.compile(
    r"""{%\s*translate\s+("[^"]*"|'[^']*')|{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate""", re.DOTALL
)


def _texts() -> Iterator[tuple[str, str]]:
    yield "the notice", notice_bytes("en", CURRENT).decode()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for quoted, block in _TAG.findall(path.read_text()):
            yield str(path.relative_to(ROOT)), quoted or block
    for folder in ("hiring", "analysis/catalogue"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for text in _marked(path):
                yield str(path.relative_to(ROOT)), text


def test_no_screen_says_what_a_native_reader_would_stumble_over() -> None:
    found = [f"{name}: {text.strip()}" for name, text in _texts() if PHRASES.search(text)]
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def _docstrings() -> Iterator[tuple[Path, str]]:
    for folder in ("hiring", "analysis"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield path.relative_to(ROOT), ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_says_what_a_native_reader_would_stumble_over(path: Path) -> None:
    prose = _NOT_PROSE.sub("", path.read_text())
    assert not [match[0] for match in PHRASES.finditer(prose) if not match[0].startswith("network")]


def test_no_docstring_says_what_a_native_reader_would_stumble_over() -> None:
    found = [
        f"{path}: {match[0]}"
        for path, text in _docstrings()
        for match in PHRASES.finditer(_NOT_PROSE.sub("", text))
        if match[0].lower()
        not in {"network", "networks", "cancelled", "letters"}  # names in code, and ASCII's letters
    ]
    assert not found, json.dumps(found, indent=1)


def test_the_texts_are_found() -> None:
    texts = [text for _name, text in _texts()]
    assert len(texts) > 800 and any("robust standard deviations" in text for text in texts)


@pytest.mark.parametrize(
    "text", ["Hand in", "was looked at", "somebody", "the network", "12 letters", '"To my choices"']
)
def test_the_phrases_are_recognized(text: str) -> None:
    assert PHRASES.search(text)
