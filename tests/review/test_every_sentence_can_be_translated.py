"""Everything that a moment can say is translated for candidates, with the same values in it."""

import re
from dataclasses import asdict

import pytest
from django.utils import translation

from analysis.catalogue import CATALOGUE
from analysis.catalogue.kind import Unit
from analysis.catalogue.signals import SIGNALS
from analysis.types import EXPRESSIONS, MomentKind
from hiring.review.wording import amount, kind_label, moment_rule, moment_sentence, signal_label
from hiring.runs.models import Moment
from tests.analysis.rules import FORBIDDEN

LANGUAGES = pytest.mark.parametrize("language", ["es", "de", "fr"])
KINDS = pytest.mark.parametrize("kind", list(MomentKind))
#: A value of each name that a sentence may have, unlike any other.
VALUES = {
    **{"expression": "happy", "tone": "negative", "quote": "so to say", "words": ["um", "er"], "at_ms": 61_500},
    **{"movements": ["brow_lower", "chin_raise"], "faces": 3, "count": 7, "angle_deg": 41},
    **{"percent": 82, "peak_percent": 83, "baseline_percent": 14, "mean_percent": 75},
    **{
        "duration_s": 12.5,
        "usual_s": 1.5,
        "window_s": 30,
        "duration_ms": 320,
        "rate_per_min": 44,
        "usual_per_min": 19,
    },
}


def _names(template):
    return sorted(set(re.findall(r"{(\w+)}", template)))


def _moment(kind, code):
    return Moment(kind=kind, sentence=code, values=VALUES, config=asdict(CATALOGUE[kind].config))


@LANGUAGES
@KINDS
def test_sentences_rules_and_name_are_translated_with_all_their_values(kind, language):
    entry = CATALOGUE[kind]
    with translation.override(language):
        for text in (*entry.sentences.values(), *entry.rules.values()):
            assert translation.gettext(text) != text and _names(translation.gettext(text)) == _names(text)
        assert kind_label(kind) != entry.label


@pytest.mark.parametrize("language", ["en", "es", "de", "fr"])
@KINDS
def test_sentence_and_rule_can_be_told(kind, language):
    with translation.override(language):
        for code in CATALOGUE[kind].sentences:
            texts = moment_sentence(_moment(kind, code)), moment_rule(_moment(kind, code))
            for text in texts:
                assert text.endswith(".") and "{" not in text and len(text) > 20
                assert language != "en" or not FORBIDDEN.search(text)


@KINDS
def test_every_threshold_that_a_rule_names_is_one_of_its_configuration(kind):
    entry = CATALOGUE[kind]
    assert set(entry.rules) <= {"", *entry.sentences}
    for code in entry.sentences:
        names = _names(entry.rule_of(code))
        assert names and set(names) <= set(asdict(entry.config))


@LANGUAGES
@pytest.mark.parametrize("signal", sorted(set(SIGNALS) - set(EXPRESSIONS)))
def test_every_signal_has_a_name(signal, language):
    with translation.override(language):
        assert signal_label(signal) != SIGNALS[signal].label


def test_numbers_and_quotes_are_those_of_the_language():
    pause, fillers = _moment("hesitation", "pause"), _moment("hesitation", "fillers")
    assert "12.5 s" in moment_sentence(pause) and "“um”, “er”" in moment_sentence(fillers)
    with translation.override("de"):
        assert "12,5 s" in moment_sentence(pause) and "„um“, „er“" in moment_sentence(fillers)
        assert moment_sentence(_moment("facial_tension", "main")).endswith(": Brauen gesenkt, Kinn angehoben.")
        assert "1,5 s" in moment_rule(pause) and amount(0.35, "probability") == "35\u00a0%"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.354, "probability", "35%"),
        (1500, "ms", "1.5 s"),
        (400, "ms", "400 ms"),
        (24.6, "deg", "25°"),
        (2.0, "count", "2"),
    ],
)
def test_amounts_are_rounded_to_what_a_reader_can_use(value, unit, shown):
    assert amount(value, unit) == shown


@pytest.mark.parametrize("unit", list(Unit))
def test_every_unit_can_be_shown(unit):
    assert amount(1.5, unit)
