"""Whatever leads to an interview is counted when it is erased, and the sweep knows every file that a row names."""

from __future__ import annotations

import io
import os
import time
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CharField, ForeignKey, Model
from django.utils import translation

from hiring.actions.erase import erase
from hiring.positions.models import Interview
from hiring.recordings import vault
from hiring.retention import export, holdings
from hiring.runs import services as runs
from hiring.worker.sweep import sweep
from tests import factories

#: In English, at import.
SAID = [str(holding.label) for holding in holdings.HOLDINGS]


def zip_of(interview: Interview) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export.zip_pieces(interview))))


def _leads_to_interview(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    keys = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    for target in {key.related_model for key in keys} - seen:
        if target is Interview or _leads_to_interview(target, seen | {model}):
            return True
    return False


def test_every_table_that_leads_to_an_interview_belongs_to_one_holding():
    ours = [model for model in apps.get_models() if model.__module__.startswith("hiring.")]
    leading = [model for model in ours if _leads_to_interview(model)]
    held = [table.model for table in holdings.TABLES]
    assert sorted(leading, key=str) == sorted(held, key=str) and len(held) > 15


def test_every_column_that_names_a_file_is_known():
    named = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.name.endswith("_file")
    }
    held = {table.model for table in holdings.TABLES}
    known = {(model, column) for model in held for column in getattr(model, "VAULT_FILES", ())}
    assert named == {pair for pair in known if pair[1] != "parts"}


def test_every_table_is_in_the_list_of_what_is_kept():
    privacy = (Path(__file__).resolve().parent.parent.parent / "docs/privacy.md").read_text()
    assert not [table.name for table in holdings.TABLES if f"`{table.name}`" not in privacy]


@pytest.mark.parametrize("language", ["es", "de", "fr"])
def test_everything_that_is_counted_has_words_in_every_language(language):
    counts = {table.name: 1 for table in holdings.TABLES} | {"files": 1}
    english = holdings.labels(counts)
    assert holdings.labels({"unknown": 2, "words": 0}) == [("unknown", 2)]
    with translation.override(language):
        alike = {text for text, _ in holdings.labels(counts)} & {text for text, _ in english}
        assert alike <= {"Videos"}  # which is German too
        assert all(str(holding.label) not in SAID for holding in holdings.HOLDINGS)


@pytest.mark.django_db
def test_the_readme_of_a_copy_tells_of_every_file_in_it():
    run = factories.make_complete_run()
    interview = run.recording.interview
    run.recording.corrections.create(start_ms=0, text="What I said.")
    names = {name.rpartition("/")[2] for name in zip_of(interview).namelist()} - {"README.txt"}
    told = {
        part
        for holding in holdings.HOLDINGS
        for file in (*holding.of_interview, *holding.of_answer)
        for part in file.name.split(", ")
    }
    unknown = [name for name in names if not any(fnmatch(name, part.replace("…", "*")) for part in told)]
    assert len(names) > 12 and not unknown


@pytest.mark.django_db
def test_the_certificate_counts_what_was_left_out_before():
    run = factories.make_complete_run()
    recording, interview = run.recording, run.recording.interview
    recording.corrections.create(start_ms=0, text="What I said.")
    certificate = erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    assert certificate.counts["corrections"] == 1
    assert certificate.counts["sentences"] > 0 and certificate.counts["explanations"] > 0
    assert all(table.rows(interview.pk).count() == 0 for table in holdings.TABLES)


@pytest.mark.django_db
def test_the_sweep_leaves_every_file_that_a_row_names_and_takes_the_others(settings):
    run = factories.make_complete_run()
    interview = run.recording.interview
    names = set(vault.names(interview.pk))
    assert names == holdings.files(interview.pk)
    folder = settings.VAULT_DIR / str(interview.pk)
    (folder / "leftover").write_bytes(b"x")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    for path in folder.iterdir():
        os.utime(path, (two_days_ago, two_days_ago))
    sweep()
    assert set(vault.names(interview.pk)) == names


@pytest.mark.django_db
def test_nothing_that_was_derived_outlives_its_discarding():
    run = factories.make_complete_run()
    derived = [table for table in holdings.TABLES if "run__" in table.way]
    assert len(derived) > 5 and sum(table.rows(run.recording.interview_id).count() for table in derived) > 10
    files = holdings.files(run.recording.interview_id)
    discarded = runs.discard_results(recording=run.recording)
    assert not [table.name for table in derived if table.rows(run.recording.interview_id).exists()]
    assert discarded and holdings.files(run.recording.interview_id) == files - set(discarded)
