"""The factories make what they say."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_complete_run_has_its_rows_and_its_file():
    run = factories.make_complete_run()
    assert run.state == "complete"
    assert run.words.count() == 7
    assert run.moments.count() == 2
    assert run.observations_file
