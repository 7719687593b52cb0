"""Whatever leads to an interview is counted when it is erased, and the sweep knows every file that a row names."""

from __future__ import annotations

import os
import time

import pytest
from django.apps import apps
from django.db.models import CharField, ForeignKey, Model

from hiring.administration.wording import contents
from hiring.positions.models import Interview
from hiring.recordings import vault
from hiring.retention import selectors
from hiring.retention import services as retention
from hiring.worker.sweep import sweep
from tests import factories


def _leads_to_interview(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    keys = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    for target in {key.related_model for key in keys} - seen:
        if target is Interview or _leads_to_interview(target, seen | {model}):
            return True
    return False


def test_every_table_that_leads_to_an_interview_is_counted():
    ours = [model for model in apps.get_models() if model.__module__.startswith("hiring.")]
    leading = {model for model in ours if _leads_to_interview(model)}
    assert leading == {model for model, _way in selectors.HELD.values()}
    assert len(leading) > 15


def test_every_column_that_names_a_file_is_known():
    named = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.name.endswith("_file")
    }
    known = {(model, column) for model, columns in selectors.VAULT_COLUMNS.items() for column in columns}
    assert named == {pair for pair in known if pair[1] != "parts"}


def test_everything_that_is_counted_has_words():
    shown = contents(dict.fromkeys([*selectors.HELD, "unknown"], 1))
    assert [text for text, _count in shown if "_" in text or text == "unknown"] == ["unknown"]


@pytest.mark.django_db
def test_the_certificate_counts_what_was_left_out_before():
    run = factories.make_complete_run()
    recording, interview = run.recording, run.recording.interview
    recording.corrections.create(start_ms=0, text="What I said.")
    certificate = retention.erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    assert certificate.counts["corrections"] == 1
    assert certificate.counts["sentences"] > 0 and certificate.counts["explanations"] > 0
    assert all(model.objects.filter(**{way: interview}).count() == 0 for model, way in selectors.HELD.values())


@pytest.mark.django_db
def test_the_sweep_leaves_every_file_that_a_row_names_and_takes_the_others(settings):
    run = factories.make_complete_run()
    interview = run.recording.interview
    names = set(vault.names(interview.pk))
    assert names == selectors.files_named(interview.pk)
    folder = settings.VAULT_DIR / str(interview.pk)
    (folder / "leftover").write_bytes(b"x")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    for path in folder.iterdir():
        os.utime(path, (two_days_ago, two_days_ago))
    sweep()
    assert set(vault.names(interview.pk)) == names
