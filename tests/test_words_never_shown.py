"""No screen, message, notice, export or API field says what a face cannot tell, or gives a person a score."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from drf_spectacular.generators import SchemaGenerator

ROOT = Path(__file__).resolve().parent.parent
#: English, German, Spanish, French. "Authenticate" is about signing in and stays allowed.
WORDS = re.compile(
    r"\b("
    r"lie|lies|lied|lying|liars?|(dis)?honest(y|ly)?|decepti\w*|deceiv\w*|deceit\w*|authentic(ity|ally)?|fak(e|es|ed|ing)"
    r"|stress(ed|ful)?|nervous\w*|trustworth\w*|scor(e|es|ed|ing)|(in)?sincer(e|ity)"
    r"|l[üu]gt?|l[üu]gen\w*|l[üu]gner\w*|(un)?ehrlich\w*|t[äa]uschung\w*|authentisch\w*|gef[äa]lscht\w*|gestresst\w*"
    r"|nerv[öo]s\w*|vertrauensw[üu]rdig\w*|punktzahl\w*"
    r"|mentir\w*|mentiras?|mientes?|honest[oa]s?|honestidad|engañ\w*|auténtic\w*|estresad[oa]s?|nervios[oa]s?|puntuaci[óo]n\w*"
    r"|puntaje\w*|mensonges?|menteu\w*|honnêtes?|honnêteté|tromperie\w*|authentiques?|stressée?s?|nerveu\w*"
    r")\b",
    re.IGNORECASE,
)
#: Comments of scripts and templates are read by programmers alone.
COMMENTS = {".js": re.compile(r"/\*.*?\*/|(?:^|\s)//.*?$", re.DOTALL | re.MULTILINE), ".html": re.compile(r"{#.*?#}")}
#: Sentences that may hold such a word, because they deny it: (a part of the file's name, the sentence, the reason).
ALLOWED = [
    ("settings.py", "Nothing here scores a person.", "the API's description says what it does not do"),
    ("openapi schema", "Nothing here scores a person.", "the same description, where it is served"),
    ("notices/", "Nada le da una puntuación", "the notice promises in Spanish that nobody is given one"),
]


def _python_texts(path: Path) -> Iterator[str]:
    """Every string of a module but its docstrings: what can reach a screen, and what cannot."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _po_text(path: Path) -> str:
    """Messages and translations of a catalogue, long ones joined again."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return "\n".join(lines).replace('"\n"', "")


def _sources() -> Iterator[tuple[str, str]]:
    for folder, pattern in (("templates", "*.*"), ("static/js", "*.js"), ("hiring/consent/notices", "*.md")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            comments = COMMENTS.get(path.suffix)
            text = path.read_text()
            yield str(path.relative_to(ROOT)), comments.sub("", text) if comments else text
    for path in sorted((ROOT / "hiring").rglob("*.po")):
        yield str(path.relative_to(ROOT)), _po_text(path)
    for path in sorted([*(ROOT / "hiring").rglob("*.py"), *(ROOT / "analysis" / "catalogue").rglob("*.py")]):
        yield str(path.relative_to(ROOT)), "\n".join(_python_texts(path))
    yield "hiring/policy/places.toml", (ROOT / "hiring/policy/places.toml").read_text()


def _found(name: str, text: str) -> list[str]:
    text = " ".join(text.split())
    for part, sentence, _why in ALLOWED:
        if part in name:
            text = text.replace(sentence, "")
    return [text[max(hit.start() - 40, 0) : hit.end() + 40] for hit in WORDS.finditer(text)]


def test_no_file_that_people_read_holds_such_a_word():
    found = {name: hits for name, text in _sources() if (hits := _found(name, text))}
    assert not found, json.dumps(found, indent=2, ensure_ascii=False)


def test_no_field_and_no_description_of_the_api_holds_such_a_word():
    schema = json.dumps(SchemaGenerator().get_schema(public=True)).replace("_", " ")
    assert not _found("openapi schema", schema)


def test_every_kind_of_moment_has_a_neutral_name():
    from analysis.types import EXPRESSIONS, MomentKind
    from hiring.review.wording import expression_label, kind_label

    names = [kind_label(kind) for kind in MomentKind] + [expression_label(name) for name in EXPRESSIONS]
    assert not _found("wording", "\n".join(names))


@pytest.mark.parametrize(
    "text",
    ["She lied.", "honestly", "Authenticity", "a FAKE smile", "looks nervous", "er lügt", "une menteuse", "score: 7"],
)
def test_the_words_are_recognised(text):
    assert _found("some template", text)


@pytest.mark.parametrize(
    "text",
    ["Please authenticate", "believe", "relied on", "client-side", "underscore_name", "distressing", "families"],
)
def test_words_that_only_look_alike_are_not(text):
    assert not _found("some template", text)


def test_the_list_of_exceptions_holds_nothing_that_is_no_longer_needed():
    texts = [*_sources(), ("openapi schema", json.dumps(SchemaGenerator().get_schema(public=True)))]
    for part, sentence, why in ALLOWED:
        assert any(part in name and sentence in " ".join(text.split()) for name, text in texts), (part, sentence, why)
