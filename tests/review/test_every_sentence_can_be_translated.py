"""Every sentence that a moment can say is known to gettext, and translated for candidates."""

import pytest
from django.utils import translation

from analysis.moments import another_person, expression_shift, hard_to_see, nobody_visible
from analysis.types import MomentKind

MODULES = (another_person, expression_shift, hard_to_see, nobody_visible)


def test_every_kind_has_its_module():
    assert len(MODULES) == len(MomentKind)


@pytest.mark.parametrize("language", ["es", "de", "fr"])
@pytest.mark.parametrize("module", MODULES)
def test_the_sentence_is_translated(module, language):
    with translation.override(language):
        assert translation.gettext(module.SENTENCE) != module.SENTENCE
