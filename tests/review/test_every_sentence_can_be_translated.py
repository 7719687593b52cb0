"""Every sentence that a moment can say is known to gettext, and translated for candidates."""

from importlib import import_module

import pytest
from django.utils import translation

from analysis.moments import facial_tension, hard_to_hear
from analysis.types import MomentKind
from hiring.review.wording import kind_label, moment_sentence
from hiring.runs.models import Moment

MODULES = [import_module(f"analysis.moments.{kind}") for kind in MomentKind]  # a kind without its file fails here


@pytest.mark.parametrize("language", ["es", "de", "fr"])
@pytest.mark.parametrize("module", MODULES)
def test_the_sentence_is_translated(module, language):
    with translation.override(language):
        for sentence in getattr(module, "SENTENCES", (module.SENTENCE,)):
            assert translation.gettext(sentence) != sentence


@pytest.mark.parametrize("language", ["es", "de", "fr"])
@pytest.mark.parametrize("kind", list(MomentKind))
def test_the_name_of_every_kind_is_translated(kind, language):
    with translation.override("en"):
        english = kind_label(kind)
    with translation.override(language):
        assert kind_label(kind) != english


def test_what_moved_is_named_in_the_readers_language():
    moment = Moment(
        sentence=facial_tension.SENTENCE, values={"duration_s": 2.0, "movements": "brow lowered, chin raised"}
    )
    with translation.override("de"):
        assert moment_sentence(moment).endswith(": Brauen gesenkt, Kinn angehoben.")


@pytest.mark.parametrize("movement", facial_tension.MOVEMENTS.values())
def test_every_movement_is_translated(movement):
    with translation.override("fr"):
        assert translation.gettext(movement) != movement


@pytest.mark.parametrize("word", [*hard_to_hear.FAULTS, "pleasant", "unpleasant"])
def test_every_fault_and_tone_is_shown_in_the_readers_language(word):
    name = "fault" if word in hard_to_hear.FAULTS else "tone"
    with translation.override("de"):
        assert moment_sentence(Moment(sentence=f"{{{name}}}", values={name: word})) != word
